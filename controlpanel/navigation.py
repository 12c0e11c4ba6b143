"""The left bar and the tabs, as data: the one place to add a group or a tab.

A tab names its room (a Django app). settings.py installs every room named here and urls.py gives it the
address ``/<group>/<room>/``, so a new tab is its folder, its templates and one entry below. The first page
of a room is the URL name ``<room>:list``; a room with several tabs gives each a prefix, and the first page of
such a tab is ``<room>:<prefix>list``. The order is that of the Lync Server 2013 Control Panel
(lync-reference.md, 1.2 and 1.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Tab:
    """One tab: the dotted name of its room and its label; a label of "" is a group without a tab strip.

    All URL names of the tab start with ``prefix``, such as "pools-". Where others have labels, a tab without
    one is a room that works for the tab before it, which its pages show as the current one.
    """

    room: str
    label: _StrPromise | str = ""
    prefix: str = ""

    @property
    def name(self) -> str:
        """The room's short name, which is also its app label and URL namespace."""
        return self.room.rpartition(".")[2]

    @property
    def first_page(self) -> str:
        """The URL name of the tab's list."""
        return f"{self.name}:{self.prefix}list"


@dataclass(frozen=True)
class Group:
    """One entry of the left bar; ``slug`` is its place in addresses and the name of its icon."""

    slug: str
    label: _StrPromise | str
    tabs: tuple[Tab, ...]


GROUPS = (
    Group(
        "home",
        _("Home"),
        (Tab("federation.overview", _("Overview")), Tab("federation.decisions", _("Test access"))),
    ),
    Group("users", _("Users"), (Tab("federation.directory"), Tab("federation.imports"))),
    Group(
        "topology",
        _("Topology"),
        (
            Tab("federation.topology", _("Sites"), "sites-"),
            Tab("federation.topology", _("Pools"), "pools-"),
            Tab("federation.topology", _("Domains"), "domains-"),
            Tab("federation.status", _("Status")),
        ),
    ),
    Group(
        "federation",
        _("Federation and External Access"),
        (
            Tab("federation.policies", _("External Access Policy")),
            Tab("federation.edge", _("Access Edge Configuration"), "access-"),
            Tab("federation.domains", _("SIP Federated Domains")),
            Tab("federation.providers", _("SIP Federated Providers")),
            Tab("federation.partners", _("XMPP Federated Partners")),
            Tab("federation.partnerfiles"),
            Tab("federation.edge", _("XMPP Gateway Configuration"), "xmpp-"),
        ),
    ),
    Group(
        "security",
        _("Security"),
        (
            Tab("federation.certificates", _("Gateway certificates"), "gateway-"),
            Tab("federation.certificates", _("Requests"), "requests-"),
            Tab("federation.certificates", _("Trusted authorities"), "authorities-"),
            Tab("federation.watch", _("Partners’ servers")),
        ),
    ),
    Group("log", _("Change log"), (Tab("controlpanel.audit"),)),
)

#: Rooms that have no tab (yet): installed, but without a place in the left bar.
ROOMS_WITHOUT_TAB: tuple[str, ...] = (
    "federation.intake",
    "federation.ldap",
    "federation.gateway",
    "federation.replication",
)

#: Addresses of rooms without a tab, for programs and not for people.
ADDRESSES_WITHOUT_TAB = {"federation.replication": "gateway/"}


def rooms() -> tuple[str, ...]:
    """The dotted names of all rooms, each once."""
    return tuple(dict.fromkeys([*ROOMS_WITHOUT_TAB, *(tab.room for _group, tab in tabs())]))


def current_tab(view_name: str) -> Tab | None:
    """The tab that the URL name ``view_name`` belongs to: the one with the longest prefix that fits."""
    room, _colon, page = view_name.partition(":")
    fitting = [tab for _group, tab in tabs() if tab.name == room and page.startswith(tab.prefix)]
    return max(fitting, key=lambda tab: len(tab.prefix), default=None)


def room_addresses() -> dict[str, str]:
    """Each room that has addresses, with their start."""
    of_tabs = {tab.room: f"{group.slug}/{tab.name}/" for group, tab in reversed(list(tabs()))}
    return of_tabs | ADDRESSES_WITHOUT_TAB


def tabs() -> Iterator[tuple[Group, Tab]]:
    """Every tab with its group, in order."""
    for group in GROUPS:
        for tab in group.tabs:
            yield group, tab
