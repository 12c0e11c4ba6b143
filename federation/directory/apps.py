"""The directory room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from controlpanel.accounts.rights import Right


class DirectoryConfig(AppConfig):
    """Users; a CsUserAdministrator may change them and assign existing policies."""

    name = "federation.directory"
    verbose_name = _("Users")
    change_right = Right.USERS

    def ready(self) -> None:
        """Stand by on the pages of rooms below, when policies change or go, when federation is turned off."""
        from federation.directory import federated, governed, homed

        governed.stand_by()
        federated.stand_by()
        homed.stand_by()
