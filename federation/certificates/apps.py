"""The certificates room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from controlpanel.accounts.rights import Right


class CertificatesConfig(AppConfig):
    """The gateway's certificates; the pure core is federation.x509."""

    name = "federation.certificates"
    verbose_name = _("Certificates")
    change_right = Right.SECRETS
