"""The database holds the rules too, also when two write at once."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from federation.partners import services
from federation.partners.csvfile import open_partners, partner_rows
from federation.partners.models import Partner, PartnerDomain
from federation.partners.planning import Plan
from federation.topology import services as topology
from federation.topology.models import LocalDomain
from tests.partners.makers import MAKER, make_partner
from tests.together import together

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.django_db
def test_no_table_holds_a_domain_twice() -> None:
    first, second = make_partner("fabrikam.com", "a.com"), make_partner("northwind.com")
    for domain, is_primary in (("fabrikam.com", False), ("a.com", False), ("b.com", True)):
        with pytest.raises(IntegrityError), transaction.atomic():
            PartnerDomain.objects.create(partner=second, domain=domain, shown=domain, is_primary=is_primary)
    with pytest.raises(IntegrityError), transaction.atomic():
        Partner.objects.filter(pk=second.pk).update(domain=first.domain)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"tls": "not-supported", "sasl": "required"},
        {"tls": "not-supported", "sasl": "optional"},
        {"sasl": "not-supported", "dialback": False},
        {"connection_limit": 0},
        {"connection_limit": 10_001},
    ],
)
def test_no_table_holds_what_cannot_work(values: dict[str, object]) -> None:
    partner = make_partner("fabrikam.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        Partner.objects.filter(pk=partner.pk).update(**values)


@pytest.mark.sql
@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_domain_at_once_one_is_told_who_has_it() -> None:
    partners = [make_partner("fabrikam.com"), make_partner("northwind.com")]

    def take(partner: Partner) -> Partner:
        return services.change_partner(partner, actor=MAKER, additional=["wanted.com"])

    results = together([lambda partner=partner: take(partner) for partner in partners])  # type: ignore[misc]
    refused = [result for result in results if isinstance(result, ValidationError)]
    assert len(refused) == 1
    assert "already" in " ".join(refused[0].messages)
    assert PartnerDomain.objects.filter(domain="wanted.com").count() == 1


@pytest.mark.sql
@pytest.mark.django_db(transaction=True)
def test_of_two_who_make_the_same_partner_at_once_one_is_refused() -> None:
    def make() -> Partner:
        return services.create_partner(domain="fabrikam.com", actor=MAKER)

    results = together([make, make, make])
    assert sum(isinstance(result, Partner) for result in results) == 1
    assert sum(isinstance(result, ValidationError) for result in results) == 2
    assert PartnerDomain.objects.count() == 1


@pytest.mark.sql
@pytest.mark.django_db(transaction=True)
def test_a_domain_never_becomes_a_partners_and_ours_at_once() -> None:
    partner = make_partner("fabrikam.com")
    content = b"Domain,AdditionalDomains\nnorthwind.com,wanted.com\n"
    ways: list[Callable[[], object]] = [
        lambda: services.create_partner(domain="wanted.com", actor=MAKER),
        lambda: services.change_partner(partner, additional=["wanted.com"], actor=MAKER),
        lambda: services.import_partners(partner_rows(open_partners(io.BytesIO(content))), actor=MAKER),
    ]
    for way in ways * 3:
        together([way, lambda: topology.create_domain(domain="wanted.com", actor=MAKER)])
        theirs = PartnerDomain.objects.filter(domain="wanted.com")
        ours = LocalDomain.objects.filter(domain="wanted.com")
        assert theirs.count() + ours.count() == 1
        services.delete_partners(Partner.objects.exclude(pk=partner.pk), actor=MAKER)
        services.change_partner(partner, additional=[], actor=MAKER)
        topology.delete_domains(ours, actor=MAKER)


@pytest.mark.sql
@pytest.mark.django_db(transaction=True)
def test_of_two_imports_of_the_same_domain_at_once_one_is_refused() -> None:
    def bring(owner: str) -> Plan:
        rows = partner_rows(open_partners(io.BytesIO(f"Domain,AdditionalDomains\n{owner},w.com\n".encode())))
        return services.import_partners(rows, actor=MAKER)

    results = together([lambda: bring("a.com"), lambda: bring("b.com")])
    assert sum(isinstance(result, Plan) and not result.faults for result in results) == 1
    assert PartnerDomain.objects.filter(domain="w.com").count() == 1
    assert Partner.objects.count() == 1
