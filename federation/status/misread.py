"""Names from a version before, which XMPP servers read as others (topology.prepared)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from federation.directory.models import Misread, User
from federation.domains.models import FederatedDomain
from federation.partners.models import PartnerDomain
from federation.topology.models import LocalDomain
from federation.topology.names import shown_domain

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How many are told on a page; the command tells all.
MOST_SHOWN = 20


class Misnamed(NamedTuple):
    """A name that is kept, what it is to servers and what to do, and the page on which it is changed."""

    name: str
    sentence: str
    url: str


def misnamed() -> Iterator[Misnamed]:
    """All of them. Four queries, and one for whom else servers take for a user."""
    rows = list(Misread.objects.select_related("user").order_by("user__address"))
    read = Misread.objects.values("read_as")
    others = set(User.objects.filter(address__in=read).values_list("address", flat=True)) if rows else set()
    for row in rows:
        yield Misnamed(
            row.user.address,
            _person(row, taken=row.read_as in others),
            reverse("directory:details", args=[row.user_id]),
        )
    in_letters = Q(domain__startswith="xn--") | Q(domain__contains=".xn--")
    for domain in LocalDomain.objects.filter(in_letters).order_by("domain"):
        yield from _domain(domain.shown, domain.domain, reverse("topology:domains-details", args=[domain.pk]))
    for each in PartnerDomain.objects.filter(in_letters).order_by("domain"):
        yield from _domain(each.shown, each.domain, reverse("partners:details", args=[each.partner_id]))
    for listed in FederatedDomain.objects.filter(in_letters).order_by("domain"):
        yield from _domain(listed.shown, listed.domain, reverse("domains:details", args=[listed.pk]))


def _person(row: Misread, *, taken: bool) -> str:
    if not row.read_as:
        return _("XMPP servers cannot read it, so the user cannot talk. Give the user another address.")
    if taken:
        words = _(
            "XMPP servers read it as %(other)s, which is another user’s: neither can talk until one of them "
            "is removed or gets another address."
        )
    else:
        words = _("XMPP servers read it as %(other)s, so the user cannot talk. Change the address to that.")
    return words % {"other": row.read_as}


def _domain(shown: str, stored: str, url: str) -> Iterator[Misnamed]:
    """Of a domain in letters that servers take for another, or cannot read."""
    if shown == shown_domain(stored):
        return
    words = _("XMPP servers do not know it by these letters: people reach it as %(stored)s only.")
    yield Misnamed(shown, words % {"stored": stored}, url)
