"""A domain has one owner, also when files, dialogs and our own list of domains take it at once."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from federation.partnerfiles.csvfile import open_partners, partner_rows
from federation.partnerfiles.planning import Plan
from federation.partnerfiles.services import import_partners
from federation.partners import services
from federation.partners.models import Partner, PartnerDomain
from federation.topology import services as topology
from federation.topology.models import LocalDomain
from tests.partners.makers import MAKER, make_partner
from tests.together import together

if TYPE_CHECKING:
    from collections.abc import Callable


def bring(content: bytes) -> Plan:
    """Import a file."""
    return import_partners(partner_rows(open_partners(io.BytesIO(content))), actor=MAKER)


@pytest.mark.sql
@pytest.mark.django_db(transaction=True)
def test_a_domain_never_becomes_a_partners_and_ours_at_once() -> None:
    partner = make_partner("fabrikam.com")
    ways: list[Callable[[], object]] = [
        lambda: services.create_partner(domain="wanted.com", actor=MAKER),
        lambda: services.change_partner(partner, additional=["wanted.com"], actor=MAKER),
        lambda: bring(b"Domain,AdditionalDomains\nnorthwind.com,wanted.com\n"),
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
    results = together(
        [
            lambda: bring(b"Domain,AdditionalDomains\na.com,w.com\n"),
            lambda: bring(b"Domain,AdditionalDomains\nb.com,w.com\n"),
        ]
    )
    assert sum(isinstance(result, Plan) and not result.faults for result in results) == 1
    assert PartnerDomain.objects.filter(domain="w.com").count() == 1
    assert Partner.objects.count() == 1
