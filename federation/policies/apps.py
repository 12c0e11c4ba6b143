"""The policies room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoliciesConfig(AppConfig):
    """External access policies."""

    name = "federation.policies"
    verbose_name = _("External access policies")

    def ready(self) -> None:
        """Say how many policies need federation, when it is to be turned off."""
        from federation.policies import federated

        federated.stand_by()
