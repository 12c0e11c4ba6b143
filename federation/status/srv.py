"""Whether the SRV record of each domain of ours leads to gateways, from what ``check_srv`` saw last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from federation.gateway.models import Gateway
from federation.status.hosts import hosts_of
from federation.topology.models import LocalDomain
from federation.watch.models import SrvLook
from federation.watch.words import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

#: Where gateways listen for other servers.
PORT = 5269


@dataclass(frozen=True)
class Lead:
    """Where the record of one domain led; ``faults`` are sentences, none when it is as it should be."""

    domain: LocalDomain
    look: SrvLook | None
    faults: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether every target is a gateway that serves the domain."""
        return self.look is not None and not self.faults


def leads(domains: Iterable[LocalDomain] | None = None) -> list[Lead]:
    """Where the records of ``domains`` (None: of all) led. Four queries, however many there are."""
    rows = LocalDomain.objects.all() if domains is None else domains
    gateways = list(Gateway.objects.filter(enabled=True).listed())
    looks = {look.domain: look for look in SrvLook.objects.all()}
    found = []
    for row in rows:
        look = looks.get(row.domain)
        faults = tuple(_faults(look, _serving(gateways, row))) if look else (_("Not looked up yet."),)
        found.append(Lead(row, look, faults))
    return found


def needed(domain: LocalDomain) -> list[str]:
    """The records that lead to the gateways of ``domain``, as a zone file has them."""
    gateways = Gateway.objects.filter(enabled=True).listed()
    names = sorted(name for name, serves in _serving(gateways, domain).items() if serves)
    return [f"_xmpp-server._tcp.{domain.domain}. SRV 0 0 {PORT} {name}." for name in names]


def age(found: Iterable[Lead], now: datetime) -> str:
    """How old the oldest look is, as a sentence; "" when there is none."""
    seen = [lead.look.seen_at for lead in found if lead.look]
    if not seen:
        return ""
    moment = date_format(localtime(min(seen)), "Y-m-d H:i")
    return _("Looked up %(age)s ago (%(moment)s).") % {
        "age": timesince(min(seen), now, depth=1),
        "moment": moment,
    }


def note(found: list[Lead], now: datetime) -> str:
    """What Home says under the step: what is wrong, and how old that is."""
    if not any(lead.look for lead in found):
        return _("Nobody has looked it up yet: manage.py check_srv does.") if found else ""
    wrong = [
        _("%(domain)s: %(faults)s") % {"domain": lead.domain, "faults": " ".join(lead.faults)}
        for lead in found
        if lead.faults
    ]
    more = [_("And others.")] if len(wrong) > 3 else []
    return " ".join([*wrong[:3], *more, age(found, now)])


def _serving(gateways: Iterable[Gateway], domain: LocalDomain) -> dict[str, bool]:
    """The enabled gateways by name, and whether each serves ``domain``."""
    return {gateway.name: hosts_of(gateway).serves(domain.domain) for gateway in gateways}


def _faults(look: SrvLook, serving: dict[str, bool]) -> Iterator[str]:
    if look.trouble:
        yield told(look.trouble, look.params)
    elif not look.targets:
        yield _("There is no SRV record.")
    for target in look.targets:
        if fault := _fault(target, serving):
            yield fault % {"host": target["host"], "port": target["port"]}


def _fault(target: dict[str, Any], serving: dict[str, bool]) -> str:
    if target["host"] not in serving:
        return _("It leads to “%(host)s”, which is no enabled gateway.")
    if not serving[target["host"]]:
        return _("It leads to the gateway “%(host)s”, which does not serve the domain.")
    if target["port"] != PORT:
        return _("It leads to port %(port)s of “%(host)s”, not to 5269.")
    return "" if target["addresses"] else _("The DNS has no address for “%(host)s”.")
