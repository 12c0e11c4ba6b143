"""A domain that is blocked for SIP becomes a partner's, or the other way round, only when that is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from federation.domains.models import FederatedDomain
from federation.partners.models import Partner
from federation.partners.services import change_partner
from tests.domains.makers import block
from tests.imports.test_file_kinds import BLOCKED, PARTNERS, run, sent, written
from tests.makers import MAKER
from tests.pages import Page
from tests.partners.makers import make_partner

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_partner_on_the_blocked_list_must_be_agreed_to(alice_client: Client, tmp_path: Path) -> None:
    block("spam.example")
    text = "Domain,AdditionalDomains\nquay.example,spam.example\n"
    told = run(PARTNERS, written(tmp_path, "x.csv", text))
    assert "“spam.example”: It is on the list of blocked SIP domains." in told
    assert "--accept-warnings" in told
    assert not Partner.objects.exists()
    page = sent(alice_client, PARTNERS, "x.csv", text.encode())
    assert "It is on the list of blocked SIP domains." in page.text
    assert not Partner.objects.exists()
    page = Page(page.form("lines").fill(lines=text).send(alice_client, follow=True))
    assert not Partner.objects.exists(), "the box was not ticked"
    page = Page(page.form("lines").fill(lines=text, agreed=True).send(alice_client, follow=True))
    assert page.said == ["Partners made: 1, changed: 0, as they were: 0."]
    assert run(PARTNERS, written(tmp_path, "x.csv", text)).startswith(
        "0 partners were made and 0 changed; 1 "
    )


def test_the_command_agrees_with_an_option(tmp_path: Path) -> None:
    block("spam.example")
    make_partner("quay.example")
    path = written(tmp_path, "x.csv", "Domain\nspam.example\n")
    run(PARTNERS, path, "--accept-warnings")
    assert Partner.objects.filter(domain="spam.example").exists()
    path = written(tmp_path, "x.csv", "Domain\nquay.example\n")
    assert "XMPP federated partner quay.example" in run(BLOCKED, path)
    assert not FederatedDomain.objects.filter(domain="quay.example").exists()
    run(BLOCKED, path, "--accept-warnings")
    assert FederatedDomain.objects.filter(domain="quay.example", kind="blocked").exists()


def test_what_was_agreed_to_is_asked_again_when_it_is_something_else(alice_client: Client) -> None:
    block("spam.example")
    text = "Domain\nspam.example\nother.example\n"
    page = sent(alice_client, PARTNERS, "x.csv", text.encode())
    form = page.form("lines").fill(lines=text, agreed=True)
    block("other.example")
    page = Page(form.send(alice_client, follow=True))
    assert "“other.example”" in page.text
    assert not Partner.objects.exists()


def test_the_dialogs_ask_too(alice_client: Client) -> None:
    block("spam.example")
    page = Page(alice_client.get(reverse("partners:new")))
    page = Page(page.form("domain").fill(domain="spam.example").send(alice_client, follow=True))
    assert "It is on the list of blocked SIP domains." in page.text
    assert not Partner.objects.exists()
    make_partner("quay.example", "sub.quay.example")
    page = Page(alice_client.get(reverse("domains:new-blocked")))
    page = Page(page.form("domain").fill(domain="sub.quay.example").send(alice_client, follow=True))
    assert "It belongs to the XMPP federated partner quay.example" in page.text
    assert not FederatedDomain.objects.filter(domain="sub.quay.example").exists()
    page = Page(page.form("domain").send(alice_client, follow=True))
    assert FederatedDomain.objects.filter(domain="sub.quay.example").exists()


def test_whoever_writes_past_the_dialogs_is_refused() -> None:
    block("spam.example")
    partner = make_partner("quay.example")
    with pytest.raises(ValidationError, match="blocked SIP domains"):
        make_partner("spam.example")
    with pytest.raises(ValidationError, match="blocked SIP domains"):
        change_partner(partner, additional=["spam.example"], actor=MAKER)
    with pytest.raises(ValidationError, match=r"XMPP federated partner quay\.example"):
        block("quay.example")
    make_partner("spam.example", agreed=True)
