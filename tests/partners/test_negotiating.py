"""The 18 rows in the dialog: refused with the nearest choice, warned of once more, or committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from federation.partners.models import Partner
from federation.partners.words import CODE_SENTENCES, METHOD_LABELS
from tests.pages import Page
from tests.partners.makers import make_partner
from tests.partners.pages import committed, dialog, fresh, new_dialog
from tests.partners.test_negotiation import METHODS, ROWS, SETTINGS

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
ONCE_MORE = "Nothing was saved yet. Commit once more if you mean it:"
UNUSED = "Dialback never happens while both TLS and SASL are required. It is inactive."


def chosen(row: list[str]) -> dict[str, str | bool]:
    return {"tls": SETTINGS[row[0]].value, "sasl": SETTINGS[row[1]].value, "dialback": row[2] == "yes"}


@pytest.mark.parametrize("row", ROWS, ids=[" ".join(row[:3]) for row in ROWS])
def test_each_row_is_committed_asked_about_or_refused(alice_client: Client, row: list[str]) -> None:
    page = committed(alice_client, new_dialog(alice_client, domain="fabrikam.com", **chosen(row)))
    if row[4] == "ok":
        assert page.said == ["Partner “fabrikam.com” was committed."]
        return
    assert not Partner.objects.exists()
    assert str(CODE_SENTENCES[row[5]]) in page.text  # type: ignore[index] # its value is its key
    if row[4] == "invalid":
        assert page.status == 422
        assert "The nearest valid choice: TLS “" in page.text
    else:
        assert ONCE_MORE in page.text
        again = committed(alice_client, page.form("Commit"))
        assert again.said == ["Partner “fabrikam.com” was committed."]


@pytest.mark.parametrize("row", ROWS, ids=[" ".join(row[:3]) for row in ROWS])
def test_each_row_is_told_while_it_is_chosen(alice_client: Client, row: list[str]) -> None:
    asked = {"type": "federated", **{name: value for name, value in chosen(row).items() if value}}
    page = Page(alice_client.get(reverse("partners:consequences"), asked))
    methods = [] if row[4] == "invalid" else [METHODS[letter] for letter in row[3]]
    assert page.texts("span", class_="pill") == [str(METHOD_LABELS[method]) for method in methods]
    assert page.all("div", role="status")
    assert ("This cannot be committed." in page.text) == (row[4] == "invalid")
    assert ("Warning:" in page.text) == (row[4] == "warn")


def test_a_refusal_names_the_nearest_choice_that_is_valid(alice_client: Client) -> None:
    page = committed(alice_client, new_dialog(alice_client, domain="fabrikam.com", tls="not-supported"))
    assert (
        "SASL must have TLS support. Nothing is saved without it. "
        "The nearest valid choice: TLS “Required”, SASL “Required”, with dialback."
    ) in page.text


def test_another_choice_than_the_one_asked_about_is_asked_about_anew(alice_client: Client) -> None:
    page = committed(alice_client, new_dialog(alice_client, domain="fabrikam.com"))
    assert UNUSED in page.text
    page = committed(alice_client, page.form("Commit").fill(tls="optional"))
    assert "As TLS is only optional, it may not come about" in page.text
    assert not Partner.objects.exists()


def test_a_forged_yes_is_no_answer(alice_client: Client) -> None:
    form = new_dialog(alice_client, domain="fabrikam.com")
    form.fill(agreed="yes")
    assert ONCE_MORE in committed(alice_client, form).text


def test_a_warned_choice_that_stands_is_not_asked_about_again(alice_client: Client) -> None:
    partner = make_partner("fabrikam.com")
    committed(alice_client, dialog(alice_client, partner, description="Mended"))
    assert fresh(partner).description == "Mended"
    page = committed(alice_client, dialog(alice_client, partner, tls="optional"))
    assert ONCE_MORE in page.text


def test_what_is_no_choice_at_all_is_refused_without_an_error(alice_client: Client) -> None:
    form = new_dialog(alice_client, domain="fabrikam.com", tls="perhaps")
    assert Page(form.send(alice_client)).status == 422
    answer = alice_client.get(reverse("partners:consequences"), {"tls": "perhaps", "partner": "x"})
    assert answer.status_code == 200
