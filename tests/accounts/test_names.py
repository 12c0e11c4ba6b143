"""One name is one account: equal for the form is equal for sign-in and equal for the counter."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from controlpanel.accounts import services
from controlpanel.accounts.models import Administrator, Tally
from controlpanel.accounts.names import LONGEST_KEY, name_key, plain
from controlpanel.accounts.rights import Role
from controlpanel.audit.actor import Actor
from tests.conftest import PASSWORD, person, signed_in
from tests.pages import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
LOGIN = "/account/sign-in/"
#: Letters of which several are one to somebody: case, accents in two ways, widths, what nobody sees.
LETTERS = "iıİIaAæÆéÉe\u0301ßẞsſSσςΣ\uff41ａ\u00ad\u200b\u200d\u0345kK\u212aﬁf1١.@+-_ \u3000µμΩ\u2126"
NAMES = st.text(st.sampled_from(LETTERS), min_size=1, max_size=6)


def sign_in(name: str, password: str = PASSWORD) -> int:
    """The status of an attempt from a browser of its own; 302 is inside."""
    return Client().post(LOGIN, {"username": name, "password": password}).status_code


@pytest.fixture(autouse=True)
def one_by_one() -> Iterator[None]:
    """Each test undoes its own accounts."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@given(one=NAMES, other=NAMES)
@example(one="alice", other="alıce")
@example(one="yıldız", other="yildiz")
@example(one="É", other="é")
@example(one="é", other="e\u0301")
@example(one="straße", other="STRASSE")
@example(one="İstanbul", other="istanbul")
@example(one="\u212a", other="k")
@example(one="alice", other="ａl\u00adi\u200bce\u3000")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_form_sign_in_and_counter_agree(one: str, other: str) -> None:
    with transaction.atomic():
        try:
            account = person(one, Role.HELP_DESK)
        except ValidationError:
            assume(False)
        same = is_taken(other)
        if same is not None:
            assert (sign_in(other) == 302) is same
            Tally.objects.all().delete()
        statuses = [sign_in(one, "wrong") for _ in range(5)]
        assert statuses == [200] * 4 + [429]
        assert (sign_in(other) == 429) is (name_key(one) == name_key(other))
        assert sign_in(account.username.upper()) in {200, 302, 429}
        transaction.set_rollback(True)


def is_taken(name: str) -> bool | None:
    """Whether the form says that the name exists; None for a name that no account may have."""
    with transaction.atomic():
        try:
            person(name, Role.HELP_DESK)
        except ValidationError as refusal:
            codes = {each.code for errors in refusal.error_dict.values() for each in errors}
            return True if "unique" in codes else None
        finally:
            transaction.set_rollback(True)
    return False


@pytest.mark.parametrize(
    "name", ["a\x00b", "\ud800", "", " ", "\u200b", "x" * 10_000, "\ufdfa" * 3000, "%", "a b"]
)
@pytest.mark.parametrize("where", [LOGIN, "/admin/login/"])
def test_no_name_makes_the_panel_fail(name: str, where: str) -> None:
    data = urlencode({"username": name, "password": "x"}, errors="surrogatepass")
    assert Client().post(where, data, "application/x-www-form-urlencoded").status_code == 200
    assert not Administrator.objects.exists()


def test_two_who_differ_by_a_dotless_letter_both_get_in() -> None:
    person("yıldız", Role.HELP_DESK)
    person("yildiz", Role.HELP_DESK)
    assert [sign_in(name) for name in ("yıldız", "yildiz", "YILDIZ", "YILDIZ ")] == [302] * 4
    assert sign_in("yıldiz") == 200


@pytest.mark.parametrize("name", ["ALICE", "ａlice", "alice "])
def test_the_support_desk_says_beside_the_name_that_it_is_taken(alice: Administrator, name: str) -> None:
    client = signed_in(alice)
    form = Page(client.get(reverse("admin:accounts_administrator_add"))).form("_save")
    page = Page(form.fill(username=name, new_password=PASSWORD).send(client))
    assert page.status == 200
    assert "An administrator with this user name exists already." in page.text
    assert Administrator.objects.count() == 1


def test_the_database_holds_the_rule(alice: Administrator) -> None:
    for key in ("alice", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            Administrator.objects.bulk_create([Administrator(username="other", username_key=key)])


def test_a_new_name_is_found_and_the_old_one_is_free(alice: Administrator) -> None:
    services.change_administrator(alice, username=" Ａlicia ", actor=Actor("dave"))
    assert Administrator.objects.get().username == "Alicia"
    assert [sign_in("alicia"), sign_in("alice")] == [302, 200]
    person("Alice")


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=150))
def test_a_key_has_room_and_stays_what_it_is(name: str) -> None:
    kept = plain(name)
    if len(kept) <= 150:
        assert len(name_key(name)) <= LONGEST_KEY
    assert name_key(name) == name_key(kept)
