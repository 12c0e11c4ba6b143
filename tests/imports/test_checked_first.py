"""Import does what Check showed; when that is another by now, it shows what is different and asks again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from federation.domains import services as domains
from federation.domains.models import FederatedDomain
from federation.partners import services as partners
from federation.partners.models import Partner
from tests.domains.makers import allow, block
from tests.makers import MAKER
from tests.pages import Page
from tests.partners.makers import make_partner

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

pytestmark = pytest.mark.django_db


def redescribe(domain: str) -> None:
    partners.change_partner(Partner.objects.get(domain=domain), description="keep", actor=MAKER)


def recomment(domain: str) -> None:
    domains.change_domain(FederatedDomain.objects.get(domain=domain), comment="keep", actor=MAKER)


class Case(NamedTuple):
    """An import of a file, something that changes what it does, and something that does not."""

    address: str
    text: str
    prepare: Callable[[], object]
    change: Callable[[], object]
    beside: Callable[[], object]
    different: str


PARTNER_LINES = "Domain,Description\nnew.example,\nold.example,other\n"
MANY = "Domain,Description\n" + "".join(f"p{number:03}.example,other\n" for number in range(60))
DOMAIN_LINES = "Domain,Comment,Status\nnew.example,,Blocked\nold.example,other,Allowed\n"
CASES = {
    "partner changed": Case(
        "partnerfiles:list",
        PARTNER_LINES,
        lambda: make_partner("old.example", description="was"),
        lambda: redescribe("old.example"),
        lambda: partners.change_partner(Partner.objects.get(), additional=["x.example"], actor=MAKER),
        "keep → other",
    ),
    "partner gone": Case(
        "partnerfiles:list",
        PARTNER_LINES,
        lambda: make_partner("old.example"),
        lambda: partners.delete_partners(Partner.objects.all(), actor=MAKER),
        lambda: make_partner("beside.example"),
        "2 partners are made.",
    ),
    "beyond what the page names": Case(
        "partnerfiles:list",
        MANY,
        lambda: [make_partner(f"p{number:03}.example", description="was") for number in range(60)],
        lambda: redescribe("p057.example"),
        lambda: make_partner("beside.example"),
        "changed",
    ),
    "domain changed": Case(
        "domains:import",
        DOMAIN_LINES,
        lambda: allow("old.example", comment="was"),
        lambda: recomment("old.example"),
        lambda: block("beside.example"),
        "keep → other",
    ),
    "domain gone": Case(
        "domains:import",
        DOMAIN_LINES,
        lambda: allow("old.example"),
        lambda: domains.delete_domains(FederatedDomain.objects.all(), actor=MAKER),
        lambda: block("beside.example"),
        "2 domains are added.",
    ),
}


def checked(client: Client, case: Case) -> Page:
    """The page after Check."""
    case.prepare()
    page = Page(client.get(reverse(case.address)))
    data = page.form("lines").fill(lines=case.text).data | {"check": ["1"], "reason": ["as agreed"]}
    return Page(client.post(reverse(case.address), data))


@pytest.mark.parametrize("name", CASES)
def test_what_changed_since_the_check_is_shown_before_it_is_done(alice_client: Client, name: str) -> None:
    case = CASES[name]
    page = checked(alice_client, case)
    case.change()
    stood = [*Partner.objects.values()], [*FederatedDomain.objects.values()]
    page = Page(page.form("lines").fill(lines=case.text).send(alice_client, follow=True))
    assert page.status == 409
    assert "This is different from what you were asked:" in page.text
    assert case.different in page.text
    assert page.form("lines").box("Reason for this change").value == "as agreed"
    assert ([*Partner.objects.values()], [*FederatedDomain.objects.values()]) == stood
    page = Page(page.form("lines").fill(lines=case.text).send(alice_client, follow=True))
    assert page.status == 200
    assert page.said


@pytest.mark.parametrize("name", CASES)
def test_what_the_check_did_not_speak_of_asks_nothing_again(alice_client: Client, name: str) -> None:
    case = CASES[name]
    page = checked(alice_client, case)
    case.beside()
    page = Page(page.form("lines").fill(lines=case.text).send(alice_client, follow=True))
    assert page.status == 200
    assert page.said


def test_an_edited_list_is_shown_before_it_is_done(alice_client: Client) -> None:
    page = checked(alice_client, CASES["partner gone"])
    form = page.form("lines").fill(lines=PARTNER_LINES.replace("new.example", "evil.example"))
    page = Page(form.send(alice_client, follow=True))
    assert page.status == 409
    assert "evil.example" in page.text
    assert Partner.objects.count() == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_the_check_took_the_import_takes(alice_client: Client, encoding: str) -> None:
    address, text = reverse("partnerfiles:list"), '"Domain","Description"\n"new.example","Really?"\n'
    file = SimpleUploadedFile("partners.csv", text.encode(encoding))
    page = Page(alice_client.post(address, {"file": file, "check": "1"}))
    assert page.status == 200
    form = page.form("lines")
    assert str(form.box("Or its text").value).startswith("\ufeff"), "the text says what the file said"
    page = Page(form.fill(lines=f"\ufeff{text}").send(alice_client, follow=True))
    assert page.said == ["Partners made: 1, changed: 0, as they were: 0."]
