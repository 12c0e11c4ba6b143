"""Labels and sentences of this room; the labels are those of the original panel where it had one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from federation.topology.verification import VerificationLevel

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise

LABELS: dict[str, _StrPromise] = {
    "enabled": _("Enable communications with this provider"),
    "name": _("Provider name:"),
    "proxy_fqdn": _("Access Edge service (FQDN):"),
    "verification_level": _("Default verification level:"),
    "shared_address_space": _("Share our SIP address space with the provider (split domain)"),
    "hosts_ocs_users": _("The provider hosts users of Office Communications Server or Lync"),
    "is_local": _("The provider’s servers are part of our topology"),
    "autodiscover_url": _("Autodiscover URL"),
    "sip_client_port": _("SIP port for clients"),
    "icon_url": _("Icon URL"),
    "name_decoration_domain": _("Name decoration domain"),
}

HELP: dict[str, _StrPromise] = {
    "name": _("Unique among hosted and public providers; capital letters make no difference."),
    "proxy_fqdn": _("The provider’s server. No other provider may have it."),
    "autodiscover_url": _("Where clients of users at this provider find their server."),
    "icon_url": _("The picture that clients show beside people of this provider."),
    "name_decoration_domain": _("Added to addresses that have another domain than the provider’s own."),
}

#: The radio buttons, as the panel words them.
LEVEL_LABELS: dict[VerificationLevel, _StrPromise] = {
    VerificationLevel.ALWAYS: _("Allow users to communicate with everyone using this provider"),
    VerificationLevel.NEVER: _(
        "Allow users to communicate only with people on their Contacts list who use this provider"
    ),
    VerificationLevel.SOURCE: _("Allow users to communicate with everyone whom this provider has verified"),
}

#: The same for a column of the list.
SHORT_LEVELS: dict[VerificationLevel, _StrPromise] = {
    VerificationLevel.ALWAYS: _("Everyone"),
    VerificationLevel.NEVER: _("Contacts only"),
    VerificationLevel.SOURCE: _("Verified people"),
}

#: Providers and default routing exclude each other.
NO_PROVIDERS = _(
    "Access Edge Configuration uses default routing, and then there can be no provider. "
    "Choose DNS SRV routing there first."
)


def lost(rows: QuerySet[Any]) -> list[str]:
    """What becomes of users when ``rows`` are deleted; one query."""
    number = rows.filter(enabled=True).count()
    said = ngettext(
        "%(count)s of them is enabled: users no longer reach its people then.",
        "%(count)s of them are enabled: users no longer reach their people then.",
        number,
    )
    return [said % {"count": number}] if number else []
