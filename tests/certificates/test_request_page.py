"""The request page: everything on one page, and it will not let anybody ask for a wrong certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils.translation import override

from federation.certificates import countries
from federation.certificates.models import Request
from federation.topology import services as topology
from federation.x509.countries import COUNTRIES
from tests.certificates.conftest import MAKER
from tests.certificates.test_the_job import HERE
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

    from tests.certificates.conftest import Chain

NEW = f"{HERE}requests/new/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "language, first, germany",
    [("en", "Afghanistan (AF)", "Germany (DE)"), ("fr", "Afghanistan (AF)", "Allemagne (DE)")],
)
def test_countries_are_named_in_the_reader_s_language(
    alice_client: Client, language: str, first: str, germany: str
) -> None:
    page = Page(alice_client.get(NEW, headers={"Accept-Language": language}))
    options = [text for text in page.texts("option") if text.endswith(")")]
    assert len(options) == len(COUNTRIES) == 249
    assert options[0] == first
    assert germany in options


def test_countries_are_sorted_as_a_reader_looks_for_them() -> None:
    with override("fr"):
        labels = [label for _code, label in countries.choices()]
    assert labels.index("Émirats arabes unis (AE)") < labels.index("Espagne (ES)")
    assert labels.index("Égypte (EG)") < labels.index("Émirats arabes unis (AE)")
    assert list(countries.NAMES) == sorted(COUNTRIES)


@pytest.mark.parametrize(
    "typed, said",
    [
        ({"gateway": "sip.contoso.com", "domains": ""}, "would not cover “contoso.com”"),
        ({"gateway": "sip.contoso.com", "domains": "*.contoso.com"}, "“*.contoso.com” is a wildcard."),
        (
            {"gateway": "sip.contoso.com", "domains": "contoso.com", "others": "a_b.com"},
            "“a_b.com” cannot be asked for: ",
        ),
        ({"gateway": "", "domains": "contoso.com", "xmpp_addresses": "on"}, "ejabberd 23.01 cannot federate"),
    ],
)
def test_what_is_wrong_is_told_while_somebody_types(
    alice_client: Client, trusted: Chain, typed: dict[str, str], said: str
) -> None:
    text = Page(alice_client.post(f"{HERE}requests/names/", typed)).text
    assert said in text
    assert "“” cannot be asked for" not in text
    assert not Request.objects.exists()


def test_that_there_is_no_domain_of_ours_is_told_and_asked(alice_client: Client) -> None:
    typed = {"gateway": "sip.contoso.com", "domains": ""}
    sentence = "No local XMPP domain is known"
    assert sentence in Page(alice_client.post(f"{HERE}requests/names/", typed)).text
    page = Page(alice_client.get(NEW)).form("gateway").fill(name="Gateway", gateway="sip.contoso.com")
    assert sentence in Page(page.send(alice_client)).text
    assert not Request.objects.exists()


def test_a_thousand_names_are_taken_and_no_more(alice_client: Client, trusted: Chain) -> None:
    names = [f"n{number}.fabrikam.com" for number in range(1000)]
    typed = {"gateway": "sip.contoso.com", "domains": "contoso.com", "others": "\n".join(names[:900])}
    sentence = "These are more than 1000 names."
    assert sentence not in Page(alice_client.post(f"{HERE}requests/names/", typed)).text
    typed["others"] = " ".join(str(number) for number in range(1001))
    assert Page(alice_client.post(f"{HERE}requests/names/", typed)).text == f"Error {sentence}"
    page = Page(alice_client.post(NEW, {**typed, "name": "Gateway", "key": "rsa-2048"}))
    assert (page.status, sentence in page.text) == (422, True)
    assert not Request.objects.exists()


def test_all_is_well_is_told_too(alice_client: Client, trusted: Chain) -> None:
    typed = {"gateway": "sip.contoso.com", "domains": "Contoso.COM"}
    page = Page(alice_client.post(f"{HERE}requests/names/", typed))
    assert page.text.split() == ["The", "certificate", "would", "cover:", "contoso.com"]


def test_the_page_starts_with_the_local_domains_and_says_that_they_are_covered(
    alice_client: Client, trusted: Chain
) -> None:
    topology.create_domain(domain="fabrikam.com", actor=MAKER)
    page = Page(alice_client.get(NEW))
    assert str(page.form("gateway").box("Local XMPP domains").value).split() == [
        "contoso.com",
        "fabrikam.com",
    ]
    assert "The certificate would cover: contoso.com fabrikam.com" in " ".join(page.text.split())
    form = page.form("gateway").fill(name="G", gateway="sip.contoso.com", domains="contoso.com")
    page = Page(form.send(alice_client))
    assert "would not cover “fabrikam.com”" in page.text
    assert not Request.objects.exists()


def test_a_wildcard_is_refused_with_its_reason(alice_client: Client, trusted: Chain) -> None:
    form = Page(alice_client.get(NEW)).form("gateway")
    page = Page(form.fill(name="G", gateway="sip.contoso.com", others="*.contoso.com").send(alice_client))
    assert page.status == 422
    assert "contoso.com itself is never covered by *.contoso.com" in page.text
