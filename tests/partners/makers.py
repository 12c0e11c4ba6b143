"""Partners for tests, made as the product makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from controlpanel.audit.actor import Actor
from federation.partners import services
from federation.partners.models import Partner, PartnerDomain

if TYPE_CHECKING:
    from collections.abc import Iterable

MAKER = Actor("maker")


def make_partner(domain: str = "fabrikam.com", *additional: str, **values: Any) -> Partner:
    """A partner with its additional domains."""
    return services.create_partner(domain=domain, additional=additional, actor=MAKER, **values)


def make_partners(count: int, domains: int = 0, name: str = "partner") -> list[Partner]:
    """``count`` partners "partner1.example" ..., each with so many additional ``domains``; without events."""
    partners = Partner.objects.bulk_create(
        Partner(domain=name, shown=name, changed_at=timezone.now(), changed_by=MAKER.name)
        for name in (f"{name}{number}.example" for number in range(1, count + 1))
    )
    PartnerDomain.objects.bulk_create(_rows(partners, domains), batch_size=5000)
    return partners


def _rows(partners: Iterable[Partner], domains: int) -> Iterable[PartnerDomain]:
    for partner in partners:
        yield PartnerDomain(partner=partner, domain=partner.domain, shown=partner.domain, is_primary=True)
        for number in range(domains):
            name = f"d{number}.{partner.domain}"
            yield PartnerDomain(partner=partner, domain=name, shown=name)
