"""The watch room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from controlpanel.accounts.rights import Right


class WatchConfig(AppConfig):
    """Looks at servers; mails, calendar and numbers about what ends."""

    name = "federation.watch"
    verbose_name = _("Watch")
    change_right = Right.SECRETS

    def ready(self) -> None:
        """Stand by with what a partner's page has to say, and with numbers."""
        from controlpanel.metrics import registry
        from controlpanel.shell import sections
        from federation.watch import feeds
        from federation.watch.beside import partner_look

        sections.add("partners.partner", partner_look)
        registry.register(feeds.families)
