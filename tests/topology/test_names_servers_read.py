"""A name that XMPP servers read as another is refused at every door, with the form to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from federation.directory.models import User
from federation.domains.models import FederatedDomain
from federation.gateway import services as gateways
from federation.partners.models import Partner, PartnerDomain
from federation.providers import services as providers
from federation.topology import services as topology
from federation.topology.models import LocalDomain
from tests.commands import called
from tests.domains.makers import allow
from tests.makers import MAKER, make_pool, make_user
from tests.pages import Page
from tests.partners.makers import make_partner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db

PERSON = "XMPP servers read straße as strasse. Write strasse."
DOMAIN = (
    "XMPP servers read straße.test as strasse.test. Write strasse.test, or xn--strae-oqa.test when the other "
    "domain is meant."
)


def nothing_is_there() -> bool:
    kept = (User, LocalDomain, Partner, PartnerDomain, FederatedDomain)
    return not any(model.objects.exists() for model in kept)


@pytest.mark.parametrize(
    "write, said",
    [
        (lambda: make_user("straße@contoso.test"), PERSON),
        (lambda: make_user("dora@straße.test"), DOMAIN),
        (lambda: topology.create_domain(domain="straße.test", actor=MAKER), DOMAIN),
        (lambda: make_partner("straße.test"), DOMAIN),
        (lambda: make_partner("fabrikam.com", "straße.test"), DOMAIN),
        (lambda: allow("straße.test"), DOMAIN),
        (lambda: allow("fabrikam.com", proxy_fqdn="straße.test"), DOMAIN),
        (
            lambda: providers.create_provider(
                kind="hosted", name="Skype", proxy_fqdn="straße.test", actor=MAKER
            ),
            DOMAIN,
        ),
    ],
)
def test_services_refuse_it(write: Callable[[], object], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        write()
    assert said in " ".join(refused.value.messages)
    assert nothing_is_there()


@pytest.mark.parametrize(
    "url, field, typed, said",
    [
        ("directory:new", "address", "straße@contoso.test", PERSON),
        ("topology:domains-new", "domain", "straße.test", DOMAIN),
        ("partners:new", "domain", "straße.test", DOMAIN),
    ],
)
def test_pages_refuse_it(alice_client: Client, url: str, field: str, typed: str, said: str) -> None:
    given = {"pool": make_pool().fqdn, "domain": "fabrikam.com"}
    form = Page(alice_client.get(reverse(url))).form("Commit")
    given = {name: value for name, value in given.items() if name in form.data} | {field: typed}
    assert said in Page(form.fill(**given).send(alice_client)).text
    assert nothing_is_there()


@pytest.mark.parametrize(
    "model, given, said",
    [
        ("directory_user", {"address": "straße@contoso.test"}, PERSON),
        ("partners_partner", {"domain": "straße.test", "type": "federated"}, DOMAIN),
    ],
)
def test_the_support_desk_refuses_it(
    alice_client: Client, model: str, given: dict[str, str], said: str
) -> None:
    settings = {"display_name": "x", "department": "x", "additional": "fabrikam.com", "tls": "required"}
    rest = {"pool": str(make_pool().pk), "sasl": "optional", "dialback": "on", **settings}
    answer = alice_client.post(reverse(f"admin:{model}_add"), {**rest, **given}, follow=True)
    assert said in Page(answer).text
    assert nothing_is_there()


@pytest.mark.parametrize(
    "language, said",
    [("en", PERSON), ("fr", "Les serveurs XMPP lisent straße comme strasse. Écrivez strasse.")],
)
def test_test_access_asks_for_the_other_form(alice_client: Client, language: str, said: str) -> None:
    asked = {"local": "straße@contoso.test", "remote": "bob@fabrikam.com"}
    answer = alice_client.get(reverse("decisions:list"), asked, headers={"Accept-Language": language})
    page = Page(answer)
    assert said in page.text
    assert "edge-federation-off" not in str(answer.content)


def test_the_command_asks_for_the_other_form(capsys: pytest.CaptureFixture[str]) -> None:
    refused = called(capsys, "test_access", "straße@contoso.test", "bob@fabrikam.com")
    assert refused.status == 2
    assert PERSON in refused.error


@pytest.mark.parametrize(
    "command, content, said",
    [
        ("import_directory", "address,pool\nstraße@contoso.test,pool.contoso.com\n", PERSON),
        ("import_partners", "domain\nstraße.test\n", DOMAIN),
        ("import_domains", "domain\nstraße.test\n", DOMAIN),
    ],
)
def test_files_refuse_the_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str, content: str, said: str
) -> None:
    make_pool("pool.contoso.com")
    path = tmp_path / "names.csv"
    path.write_text(content, encoding="utf-8")
    options = ["--list", "allowed"] if command == "import_domains" else []
    told = called(capsys, command, str(path), *options)
    assert said in told.out + told.error
    assert nothing_is_there()


def test_a_gateway_names_only_domains_of_ours() -> None:
    with pytest.raises(ValidationError) as refused:
        gateways.create_gateway(name="xmpp.straße.test", site=make_pool().site, actor=MAKER)
    assert "Write xmpp.strasse.test" in " ".join(refused.value.messages)


def test_a_domain_in_a_labels_is_taken_and_shown_so() -> None:
    partner = make_partner("xn--strae-oqa.test")
    assert (partner.domain, partner.shown) == ("xn--strae-oqa.test", "xn--strae-oqa.test")
    assert make_partner("strasse.test").pk != partner.pk
