"""The panel’s own lists: their addresses narrow and sort by what they declare, and nothing else counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from controlpanel.accounts.rights import Role
from controlpanel.lists.listview import ListView
from tests.conftest import person, signed_in
from tests.makers import make_policy
from tests.rows import a_row_of_each
from tests.shell.test_declared_lists import LOUD, columns_of, value_of
from tests.test_doors import DOORS, address

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
#: Names of parameters that a list takes whatever it shows.
FRAME = {"q", "sort", "page", "format", "property", "operator", "value"}
#: How many there are; the walk has them all.
LISTS = 16


@pytest.fixture
def lists(alice: object, bob_client: Client) -> dict[str, ListView]:
    """Every list of the panel by its address, with at least a row in most."""
    a_row_of_each()
    found = {}
    for name, door in DOORS.items():
        if name.endswith("list") and bob_client.get(address(door)).status_code == 200:
            here = address(door)
            view = (bob_client.get(here).context or {}).get("page")
            if isinstance(view, ListView):
                found[here] = view
    assert len(found) >= LISTS, sorted(found)
    return found


def keys(answer: Any) -> list[Any]:
    """The keys of the rows shown, in order."""
    return [row.pk for row in answer.context["page"].page.rows]


def undeclared(view: ListView) -> list[tuple[str, str]]:
    """Questions about every column of the rows that the list does not offer."""
    known = FRAME | {each.name for each in view.listing.filters}
    row = view.page.rows[0] if view.page.rows else view.queryset.model()
    asked = [(path, value_of(row, field)) for path, field in columns_of(view.queryset.model)]
    return [
        (f"{path}{lookup}", value)
        for path, value in asked
        for lookup in ("", *(f"__{each}" for each in LOUD))
        if f"{path}{lookup}" not in known
    ]


@pytest.mark.sql
@pytest.mark.parametrize("role", Role.values)
def test_what_is_not_declared_changes_nothing(lists: dict[str, ListView], role: str) -> None:
    client = signed_in(person("reader", Role(role)))
    for here, view in lists.items():
        query = urlencode(undeclared(view))
        assert len(query) > 1000
        before = keys(client.get(here))
        assert keys(client.get(f"{here}?{query}")) == before, here
        files = [client.get(f"{here}?format=csv{more}").getvalue() for more in ("", f"&{query}")]
        assert files[0] == files[1], here


def test_order_is_by_declared_columns(lists: dict[str, ListView], bob_client: Client) -> None:
    for here, view in lists.items():
        before = keys(bob_client.get(here))
        columns = {column.name for column in view.listing.columns}
        secret = set(getattr(view.queryset.model, "SECRETS", ()))
        for name in ({"pk", "version", "changed_by", "?", "--name"} | secret) - columns:
            for sort in (name, f"-{name}"):
                answer = bob_client.get(here, {"sort": sort})
                assert keys(answer) == before, f"{here} {sort}"
                assert answer.context["page"].sort == ""


def test_filter_rows_are_of_declared_properties(lists: dict[str, ListView], bob_client: Client) -> None:
    """An unknown property finds nothing, whatever is asked of it: its answer tells nothing."""
    for here, view in lists.items():
        if not view.listing.properties:
            continue
        model = view.queryset.model
        known = {each.name for each in view.listing.properties}
        for name in ({field.name for field in model._meta.concrete_fields} | {"pk", "pool__fqdn"}) - known:
            for operator in ("is", "starts", "regex"):
                asked = {"property": name, "operator": operator, "value": "a"}
                assert keys(bob_client.get(here, asked)) == []
        for name in known:
            asked = {"property": name, "operator": "regex", "value": "."}
            assert keys(bob_client.get(here, asked)) == []


def test_the_place_in_a_list_is_what_the_list_wrote(lists: dict[str, ListView], bob_client: Client) -> None:
    """A token of another list, another order or of nobody leads to the first page."""
    tokens = {here: view._end for here, view in lists.items()}
    for here, foreign in zip(tokens, reversed(tokens.values()), strict=True):
        for token in {foreign, "WyJhIiwxLDFd", "a" * 3000, "9" * 5000, "\x00", "%"} - {tokens[here]}:
            answer = bob_client.get(here, {"page": token})
            assert answer.status_code == 302, f"{here} {token[:20]}"


@pytest.mark.sql
def test_searches_take_what_is_typed_as_it_is(lists: dict[str, ListView], bob_client: Client) -> None:
    """% and _ stand for themselves, a backslash too; nothing is an expression."""
    for here, view in lists.items():
        before = keys(bob_client.get(here))
        for text in ("%", "_", "%%", "a%", "\\", ".*", "^.", "[a-z]"):
            assert len(keys(bob_client.get(here, {"q": text}))) < len(before) or not before, f"{here} {text}"
            for each in view.listing.properties:
                for operator in dict(each.operators):
                    if operator == "not":
                        continue
                    asked = {"property": each.name, "operator": operator, "value": text}
                    assert keys(bob_client.get(here, asked)) == [], f"{here} {asked}"


@pytest.mark.sql
def test_a_percent_sign_is_found(bob_client: Client, lists: dict[str, ListView]) -> None:
    make_policy("50% off_x")
    here = reverse("policies:list")
    for text, found in (("50%", 1), ("off_x", 1), ("5%x", 0), ("offzx", 0), ("50\\%", 0)):
        assert len(keys(bob_client.get(here, {"q": text}))) == found


def test_lists_do_not_read_secrets(lists: dict[str, ListView]) -> None:
    for here, view in lists.items():
        for row in view.page.rows:
            assert set(getattr(row, "SECRETS", ())) <= row.get_deferred_fields(), here
