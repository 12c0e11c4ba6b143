"""The accounts app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from controlpanel.accounts.rights import Right


class AccountsConfig(AppConfig):
    """Administrators and roles; changing them is a right of its own."""

    name = "controlpanel.accounts"
    verbose_name = _("Administrators")
    change_right = Right.ADMINISTRATORS

    def ready(self) -> None:
        """Follow Django's sign-in signals into the change log, and stand by with numbers."""
        from controlpanel.accounts import alarms, sessions
        from controlpanel.metrics import registry

        sessions.follow()
        registry.register(alarms.families)
