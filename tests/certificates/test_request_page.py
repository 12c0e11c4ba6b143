"""The request page: everything on one page, and it will not let anybody ask for a wrong certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils.translation import override

from federation.certificates import countries
from federation.x509.countries import COUNTRIES
from tests.certificates.test_the_job import HERE
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

NEW = f"{HERE}requests/new/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "language, first, germany",
    [("en", "Afghanistan (AF)", "Germany (DE)"), ("fr", "Afghanistan (AF)", "Allemagne (DE)")],
)
def test_countries_are_named_in_the_reader_s_language(
    alice_client: Client, language: str, first: str, germany: str
) -> None:
    page = Page(alice_client.get(NEW, headers={"Accept-Language": language}))
    options = [text for text in page.texts("option") if text.endswith(")")]
    assert len(options) == len(COUNTRIES) == 249
    assert options[0] == first
    assert germany in options


def test_countries_are_sorted_as_a_reader_looks_for_them() -> None:
    with override("fr"):
        labels = [label for _code, label in countries.choices()]
    assert labels.index("Émirats arabes unis (AE)") < labels.index("Espagne (ES)")
    assert labels.index("Égypte (EG)") < labels.index("Émirats arabes unis (AE)")
    assert list(countries.NAMES) == sorted(COUNTRIES)
