"""One address, one user: addresses are compared as SIP and XMPP compare them, whoever writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from federation.directory import services
from federation.directory.models import User
from tests.makers import MAKER, known, make_pool, make_user
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
TAKEN = "A user with this address exists already."


@pytest.mark.parametrize(
    "first, second",
    [
        ("dora@contoso.com", "dora@contoso.com"),
        ("dora@contoso.com", "DORA@Contoso.COM"),
        ("dora@contoso.com", "sip:dora@contoso.com"),
        ("dora@contoso.com", "SIP:dora@contoso.com"),
        ("dora@bücher.example", "dora@xn--bcher-kva.example"),
        ("dora@bücher.example", "Dora@BÜCHER.example"),
        ("é.b@contoso.com", "e\u0301.b@contoso.com"),
    ],
)
def test_two_spellings_of_one_address_are_one_user(first: str, second: str) -> None:
    make_user(first)
    with pytest.raises(ValidationError, match=TAKEN):
        make_user(second)
    assert User.objects.count() == 1


def test_an_address_beside_another_is_another() -> None:
    for address in ("dora@contoso.com", "dora@eu.contoso.com", "dora.b@contoso.com", "dóra@contoso.com"):
        make_user(address)
    assert User.objects.count() == 4


@pytest.mark.parametrize(
    "typed, said",
    [
        ("", "This field is required"),
        ("dora", "Type the whole address"),
        ("@contoso.com", "Type the whole address"),
        ("dora@", "Type a name"),
        ("dora@contoso", "has no dot"),
        ("do ra@contoso.com", "Take the space out"),
        ("dora@contoso.com/desk", "type the address alone"),
        ("xmpp:dora@contoso.com", "Leave out “xmpp”"),
        ("dora@con\u202etoso.com", "cannot stand in a domain name"),
    ],
)
def test_what_is_no_address_is_refused_beside_the_field(alice_client: Client, typed: str, said: str) -> None:
    make_pool()
    form = Page(alice_client.get(reverse("directory:new"))).form("Commit")
    answer = Page(form.fill(address=typed, pool="pool01.contoso.com").send(alice_client))
    assert answer.status == 422
    assert "SIP address :" in answer.alerts[0]
    assert said in answer.alerts[0]
    assert User.objects.count() == 0


def test_a_taken_address_is_said_beside_the_field(alice_client: Client) -> None:
    make_user("dora@contoso.com")
    form = Page(alice_client.get(reverse("directory:new"))).form("Commit")
    answer = Page(form.fill(address="SIP:Dora@Contoso.com", pool="POOL01.contoso.com").send(alice_client))
    assert answer.status == 422
    assert f"SIP address : {TAKEN}" in answer.alerts[0]


def test_a_new_address_is_read_in_its_own_letters(alice_client: Client) -> None:
    user = make_user("dora@bücher.example")
    assert user.address == "dora@xn--bcher-kva.example"
    page = Page(alice_client.get(reverse("directory:list")))
    assert page.rows[0][1] == "dora@bücher.example"
    details = Page(alice_client.get(reverse("directory:details", args=[user.pk])))
    form = details.form("Commit")
    assert form.box("SIP address").value == "dora@bücher.example"
    assert form.send(alice_client).status_code == 302
    assert known(user).version == 1


def test_an_address_is_changed_to_a_free_one_only() -> None:
    user, _other = make_user("dora@contoso.com"), make_user("emil@contoso.com")
    services.change_user(user, actor=MAKER, address="sip:Dora.B@contoso.com")
    assert known(user).address == "dora.b@contoso.com"
    with pytest.raises(ValidationError, match=TAKEN):
        services.change_user(user, actor=MAKER, address="EMIL@contoso.com")


@pytest.mark.sql
def test_the_database_keeps_addresses_apart() -> None:
    user = make_user("dora@contoso.com")
    copy = User(address=user.address, display_name="x", pool=user.pool, changed_at=user.changed_at)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([copy])


def test_a_missing_display_name_is_the_address() -> None:
    assert make_user("dora@contoso.com").display_name == "dora@contoso.com"
