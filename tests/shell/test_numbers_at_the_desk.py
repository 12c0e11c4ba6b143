"""The same at the support desk: keys and numbers of any size, NUL, in each address, action and form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.pages import Page
from tests.rows import a_row_of_each
from tests.shell.test_declared_lists import declared_by, list_of
from tests.shell.test_numbers_and_nul import NASTY, fill, turns

if TYPE_CHECKING:
    from django.db.models import Model
    from django.test import Client

pytestmark = pytest.mark.django_db
DJANGOS = (
    "o",
    "p",
    "q",
    "all",
    "e",
    "_popup",
    "_to_field",
    "_facets",
    "_changelist_filters",
    "_source_model",
)
MANAGEMENT = ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS", "0-id")
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture(params=MODELS, ids=lambda model: model._meta.label)
def model(request: pytest.FixtureRequest, alice: object) -> type[Model]:
    """Each model of the desk, with a row."""
    found: type[Model] = request.param
    found.row = a_row_of_each()[found]  # type: ignore[attr-defined]
    return found


def test_a_list_is_asked_with_anything(alice_client: Client, model: type[Model]) -> None:
    for name in {*DJANGOS, *declared_by(model)}:
        for value in (*NASTY[:3], "9999", "0"):
            assert alice_client.get(list_of(model), {name: value}, follow=True).status_code < 500
    page = admin.site._registry[model]
    if page.date_hierarchy:
        for year in ("0", "1", "9998", "9999", "10000"):
            for month, day in (("12", "31"), ("13", "1"), ("2", "30"), ("0", "0")):
                asked = {"year": year, "month": month, "day": day}
                parts = {f"{page.date_hierarchy}__{part}": value for part, value in asked.items()}
                assert alice_client.get(list_of(model), parts, follow=True).status_code < 500


def test_an_action_is_sent_with_any_key(alice_client: Client, model: type[Model]) -> None:
    before = model._default_manager.count()
    actions = Page(alice_client.get(list_of(model))).all("select")
    assert actions or not admin.site._registry[model].actions
    for action in ("delete_selected", *(str(each) for each in admin.site._registry[model].actions or ())):
        for value in (value for value in NASTY if value != "-1"):
            sent = {
                "action": action,
                "_selected_action": [value, "-1"],
                "index": value,
                "select_across": value,
            }
            sent |= {f"form-{each}": value for each in MANAGEMENT}
            for more in ({"post": "yes"}, {"_save": "1"}):
                assert alice_client.post(list_of(model), {**sent, **more}).status_code < 500
    assert model._default_manager.count() == before


def test_a_form_is_sent_with_anything(alice_client: Client, model: type[Model]) -> None:
    row: Any = model.row  # type: ignore[attr-defined]
    for here in (f"{list_of(model)}add/", f"{list_of(model)}{row.pk}/change/"):
        page = Page(alice_client.get(here))
        if page.status != 200 or not page.all("input", name="_save"):
            continue
        form = page.form("_save")
        fill(alice_client, form)
        for values in turns(form.data):
            assert alice_client.get(here, values).status_code < 500


def test_an_address_holds_any_key(alice_client: Client, model: type[Model]) -> None:
    for value in ("0", "-1", str(2**63), str(10**30), "9" * 5000, "%00", "1%00", "_5F", "1_00"):
        for page in ("change/", "delete/", "history/", ""):
            here = f"{list_of(model)}{value}/{page}"
            assert alice_client.get(here, follow=True).status_code < 500, here
            assert alice_client.post(here, {"post": "yes"}, follow=True).status_code < 500, here


def test_what_else_the_desk_answers(alice_client: Client) -> None:
    a_row_of_each()
    names = {"app_label": "directory", "model_name": "user", "field_name": "pool"}
    for value in NASTY:
        for name in ("term", "page", *names):
            asked = {"term": "a", **names, name: value}
            assert alice_client.get(reverse("admin:autocomplete"), asked).status_code < 500
        shortcut = f"/admin/r/{value[:3000]}/{value[:3000]}/".replace("\x00", "%00")
        assert alice_client.get(shortcut).status_code < 500
        assert alice_client.get("/admin/jsi18n/", {"language": value}).status_code < 500
