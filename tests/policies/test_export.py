"""The CSV file: all rows that match, in order, and harmless to spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from tests.makers import make_policies, make_policy, make_site_policy
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sql]


def exported(client: Client, address: str) -> list[list[str]]:
    """The lines of the file behind the address."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer).decode()
    assert text.startswith("\ufeff"), "so that spreadsheets read UTF-8"
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def test_the_file_holds_every_row_of_the_list(alice_client: Client) -> None:
    make_policies(120)
    make_site_policy("Zürich", federated=True, description='Said: "yes", and\xa0so')
    page = Page(alice_client.get(reverse("policies:list")))
    lines = exported(alice_client, page.links["Export"])
    assert lines[0] == page.texts("th")[1:]
    assert len(lines) == 1 + 122
    assert lines[1][0] == "Global"
    assert lines[2][:7] == ["Site:Zürich", "Site", "Yes", "No", "No", "No", 'Said: "yes", and\xa0so']
    assert lines[2][7].endswith("Z maker")


def test_filter_and_order_are_respected(alice_client: Client) -> None:
    make_policies(3)
    make_site_policy("Paris")
    page = Page(alice_client.get(reverse("policies:list"), {"scope": "2", "sort": "-name", "q": "policy"}))
    names = [line[0] for line in exported(alice_client, page.links["Export"])[1:]]
    assert names == ["Tag:Policy 003", "Tag:Policy 002", "Tag:Policy 001"]


def test_the_file_speaks_the_readers_language(alice_client: Client) -> None:
    alice_client.cookies["django_language"] = "fr"
    lines = exported(alice_client, f"{reverse('policies:list')}?format=csv")
    assert lines[0][0] == "Nom"
    assert lines[1][2] == "Non"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_formulas_are_defused(alice_client: Client, start: str) -> None:
    make_policy("Sales", description=f"{start}HYPERLINK(1)")
    line = exported(alice_client, f"{reverse('policies:list')}?format=csv&q=sales")[1]
    assert line[6] == f"'{start}HYPERLINK(1)"


def test_a_semicolon_starts_no_formula_where_it_separates(alice_client: Client) -> None:
    """A French spreadsheet splits lines at semicolons, unless the cell is quoted."""
    make_policy("Sales", description="Hello;=HYPERLINK(1)")
    answer = alice_client.get(f"{reverse('policies:list')}?format=csv&q=sales")
    lines = list(csv.reader(io.StringIO(b"".join(answer).decode()[1:], newline=""), delimiter=";"))
    assert not any(cell.lstrip().startswith("=") for line in lines for cell in line)


def test_the_name_of_the_file_says_what_it_is(alice_client: Client) -> None:
    answer = alice_client.get(f"{reverse('policies:list')}?format=csv")
    assert answer["Content-Disposition"].startswith('attachment; filename="external-access-policies-2')
