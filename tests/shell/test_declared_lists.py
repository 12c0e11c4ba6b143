"""Lists answer what they declare and nothing else: who looks at a list learns nothing that it does not show.

The walk asks every list about every column of every model, with every lookup that Django has for it, also one
relation further. Right is a refusal (400), or the rows as they were.
"""

from __future__ import annotations

import logging
import re
from itertools import cycle
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.db.models import CharField, DateField, JSONField, Model, Transform
from django.test import RequestFactory
from django.urls import reverse

from controlpanel.accounts.rights import Role
from controlpanel.shell.declared import DeclaredAdmin
from tests.conftest import person, signed_in
from tests.rows import a_row_of_each

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

pytestmark = pytest.mark.django_db
Rows = dict[type[Model], Any]
#: What a declared filter may be asked; of one of times, and of a hierarchy of dates.
CHOSEN, TIMES, PARTS = ("", "exact", "isnull", "in"), ("gte", "lt", "isnull"), ("year", "month", "day")
LOUD = ("startswith", "regex", "iregex", "gt", "contains", "in", "isnull", "exact", "lte", "year__gte")
SOUNDS_SECRET = re.compile(r"password|secret|seal|token|hash|private")


@pytest.fixture(autouse=True)
def without_a_log_of_refusals() -> Iterator[None]:
    """Thousands of them."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def rows(alice: object) -> Rows:
    """A row of every model that has a list."""
    return a_row_of_each()


def lookups_of(field: Any) -> Iterator[str]:
    """Every lookup of a column: with its transforms and what may follow them, and paths into JSON."""
    yield ""
    for name, lookup in field.get_lookups().items():
        yield name
        if issubclass(lookup, Transform):
            yield from (f"{name}__{further}" for further in CharField().get_lookups())
    if isinstance(field, DateField):
        yield from ("date", "date__gte", "year__gte", "time__hour", "month__in", "week_day__gt")
    if isinstance(field, JSONField):
        yield from ("password", "password__startswith", "0", "a__b__regex", "name__isnull")


def columns_of(model: type[Model]) -> Iterator[tuple[str, Any]]:
    """Path and column: its own, by the name of the key too, and one relation further."""
    yield "pk", model._meta.pk
    for field in model._meta.concrete_fields:
        yield field.name, field
        if field.attname != field.name:
            yield field.attname, field
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.is_relation and relation.related_model:
            columns = relation.related_model._meta.concrete_fields
            yield from ((f"{relation.name}__{field.name}", field) for field in columns)


def declared_by(model: type[Model]) -> set[str]:
    """The parameters that the list of ``model`` may answer, by its own declaration."""
    page = admin.site._registry[model]
    found = {f"{page.date_hierarchy}__{part}" for part in PARTS} if page.date_hierarchy else set()
    for each in page.list_filter:
        path = str(each[0] if isinstance(each, tuple) else each)
        times = path in {field.name for field in model._meta.fields if isinstance(field, DateField)}
        found |= {f"{path}__{lookup}".removesuffix("__") for lookup in (TIMES if times else CHOSEN)}
        found |= {f"{path}__id__exact"}
    return found


def value_of(row: Any, field: Any) -> str:
    """What stands in the row, if the column is its own, else something."""
    found = getattr(row, field.attname, None) if field in row._meta.concrete_fields else None
    return str(found) if found not in (None, "", b"") else "a"


def list_of(model: type[Model]) -> str:
    """The address of a model's list."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def shown(answer: Any) -> list[Any]:
    """The keys of the rows of an answered list."""
    return [row.pk for row in answer.context["cl"].result_list]


def test_every_page_of_the_support_desk_is_a_declared_one() -> None:
    assert [page for page in admin.site._registry.values() if not isinstance(page, DeclaredAdmin)] == []


@pytest.mark.sql
def test_no_list_answers_what_it_does_not_declare(rows: Rows) -> None:
    """Every column, every lookup: thousands of questions, so without the frame around the list."""
    reader = person("hector", Role.HELP_DESK)
    asked, answered = 0, []
    for model, row in rows.items():
        page, declared = admin.site._registry[model], declared_by(model)
        for path, field in columns_of(model):
            for lookup in lookups_of(field):
                name = f"{path}__{lookup}".removesuffix("__")
                if name in declared:
                    continue
                request = RequestFactory().get(list_of(model), {name: value_of(row, field)})
                request.user = reader
                asked += 1
                try:
                    page.get_changelist_instance(request)
                except DisallowedModelAdminLookup:
                    continue
                answered.append(f"{model._meta.label}: {name}")
    assert answered == []
    assert asked > 10_000


@pytest.mark.parametrize("role", Role.values)
def test_every_column_is_refused_to_every_role(rows: Rows, role: str) -> None:
    """The same through the front; the lookups take turns, from column to column and from role to role."""
    client = signed_in(person("reader", Role(role)))
    turns = cycle(LOUD[Role.values.index(role) :] + LOUD[: Role.values.index(role)])
    answered = []
    for model, row in rows.items():
        before, declared = shown(client.get(list_of(model))), declared_by(model)
        for field in model._meta.concrete_fields:
            name = f"{field.name}__{next(turns)}"
            answer = client.get(list_of(model), {name: value_of(row, field)})
            if answer.status_code != 400 and name not in declared and shown(answer) != before:
                answered.append(f"{model._meta.label}: {name}")
    assert answered == []


@pytest.mark.sql
def test_declared_filters_go_on_answering(rows: Rows, bob_client: Client) -> None:
    """Every link that a list itself offers leads to a list."""
    followed = 0
    for model in rows:
        page = bob_client.get(list_of(model))
        for spec in page.context["cl"].filter_specs:
            for choice in spec.choices(page.context["cl"]):
                answer = bob_client.get(list_of(model) + choice["query_string"])
                assert answer.status_code == 200, choice
                assert set(shown(answer)) <= set(shown(page))
                followed += 1
        links = re.findall(r'href="(\?[^"]*__(?:year|month|day)=[^"]*)"', page.content.decode())
        for link in links:
            assert bob_client.get(list_of(model) + link.replace("&amp;", "&")).status_code == 200, link
            followed += 1
    assert followed > 50


def test_order_is_by_columns_that_are_shown(rows: Rows, bob_client: Client) -> None:
    for model in rows:
        page = bob_client.get(list_of(model))
        columns = page.context["cl"].list_display
        secret = set(getattr(model, "SECRETS", ()))
        assert not secret & set(columns)
        for wanted in ("password", "pk", "-99", "9" * 30, "9" * 5000, "1.2.-3"):
            answer = bob_client.get(list_of(model), {"o": wanted})
            assert answer.status_code == 200
            order = str(answer.context["cl"].queryset.query.order_by)
            assert not any(name in order for name in secret)


def test_rows_are_named_by_their_keys_alone(rows: Rows, bob_client: Client) -> None:
    for model, row in rows.items():
        key = model._meta.pk
        assert bob_client.get(list_of(model), {"_to_field": key.name, "_popup": "1"}).status_code == 200
        for name in ("version", "name", "no_such", *getattr(model, "SECRETS", ())):
            asked = {"_to_field": name}
            assert bob_client.get(list_of(model), {**asked, "_popup": "1"}).status_code == 400, name
            change = f"{list_of(model)}{getattr(row, name, '')!s:.20}x/change/"
            assert bob_client.get(change, asked).status_code == 400, name


@pytest.mark.sql
def test_searches_take_what_is_typed_as_it_is(rows: Rows, bob_client: Client) -> None:
    """No wildcard, no prefix of Django's, no expression; and no search of a thousand words."""
    for model in rows:
        page = admin.site._registry[model]
        if not page.search_fields:
            continue
        assert not [name for name in page.search_fields if "regex" in name]
        before = len(shown(bob_client.get(list_of(model))))
        for text in ("%", "_", "a%", "\\", ".*", "^a", "=a", "@a", "a" * 5000):
            found = shown(bob_client.get(list_of(model), {"q": text}))
            assert len(found) < before or not before, f"{model._meta.label}: {text[:9]}"
        many = bob_client.get(f"{list_of(model)}?{urlencode({'q': 'a ' * 2000})}")
        assert many.status_code == 200


def test_lists_do_not_read_secrets(rows: Rows, bob_client: Client) -> None:
    for model in rows:
        for row in bob_client.get(list_of(model)).context["cl"].result_list:
            assert set(getattr(model, "SECRETS", ())) <= row.get_deferred_fields()


def test_columns_that_sound_secret_are_named_as_such(rows: Rows) -> None:
    """So that a new one is left out of lists, too."""
    for model in rows:
        held = {
            field.name
            for field in model._meta.concrete_fields
            if SOUNDS_SECRET.search(field.name) and not isinstance(field, DateField)
        }
        assert held <= set(getattr(model, "SECRETS", ())), model._meta.label
