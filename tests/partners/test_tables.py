"""The database holds the rules too, also when two write at once."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from federation.partners import services
from federation.partners.models import Partner, PartnerDomain
from tests.partners.makers import MAKER, make_partner
from tests.together import together


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
