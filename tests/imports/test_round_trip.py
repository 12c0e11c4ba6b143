"""A list that is exported and imported again changes nothing, whatever its texts hold, in either language."""

from __future__ import annotations

import io
import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.directory.models import User
from federation.domains.models import FederatedDomain
from federation.partners.models import Partner
from tests.domains.makers import allow, block
from tests.makers import make_policy, make_pool, make_user
from tests.partners.makers import make_partner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db

#: Quotation marks, separators, signs of formulas, and what lies between them.
TEXT = st.text("=+-@＝＠;,|\"'’«“?{}#\\ \xa0éßa1.", max_size=10)
_number = itertools.count()
EXAMPLES = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
ASKED = (
    "Asked by Bob; @legal agreed",
    "Trial; -until May",
    "'=Bob",
    "''+1",
    'a;"=x"',
    "-5",
    "=1;\u3000-2",
    "a  b",
)


def exported(client: Client, page: str, language: str, path: Path) -> Path:
    """The file behind Export, as a reader of ``language`` gets it."""
    client.cookies["django_language"] = language
    answer: Any = client.get(reverse(page), {"format": "csv"})
    file = path / f"export-{language}.csv"
    file.write_bytes(answer.getvalue())
    return file


def user(text: str) -> None:
    """A user with ``text`` in every column that holds text."""
    number = next(_number)
    name = text if text.strip() else "x"
    texts: dict[str, Any] = {"first_name": text[:128], "last_name": f"L{text}", "department": f"{text};"}
    make_user(f"u{number}@contoso.com", display_name=name, email=f"u{number}@contoso.com", **texts)


def partner(text: str) -> None:
    make_partner(f"p{next(_number)}.example", f"a{next(_number)}.example", description=text)


def domain(text: str) -> None:
    allow(f"d{next(_number)}.example", comment=text)
    block(f"d{next(_number)}.example", comment=f"{text};")


def read_users(file: Path) -> tuple[int, int]:
    """How many lines differ from what stands, or are refused; and how many do not."""
    out = io.StringIO()
    call_command("import_directory", str(file), "--dry-run", "--json", stdout=out)
    numbers = json.loads(out.getvalue())["numbers"]
    return numbers["made"] + numbers["changed"] + numbers["refused"], numbers["left"]


def read_partners(file: Path) -> tuple[int, int]:
    out = io.StringIO()
    call_command("import_partners", str(file), "--dry-run", stdout=out)
    assert out.getvalue().startswith("0 partners would be made and 0 changed;"), out.getvalue()
    return 0, int(out.getvalue().splitlines()[0].split("; ")[1].split()[0])


def read_domains(file: Path) -> tuple[int, int]:
    out = io.StringIO()
    call_command("import_domains", str(file), "--dry-run", stdout=out)
    first = out.getvalue().splitlines()[0]
    assert first.startswith("Dry run. Domains added: 0, changed: 0, as they were: "), first
    return 0, int(first.rpartition(": ")[2].rstrip("."))


LISTS: dict[str, tuple[str, Any, Callable[[str], None], Callable[[Path], tuple[int, int]]]] = {
    "users": ("directory:list", User, user, read_users),
    "partners": ("partners:list", Partner, partner, read_partners),
    "domains": ("domains:list", FederatedDomain, domain, read_domains),
}


@pytest.mark.parametrize("name", LISTS)
@EXAMPLES
@given(texts=st.lists(TEXT, min_size=3, max_size=8))
def test_nothing_changes(alice_client: Client, tmp_path: Path, name: str, texts: list[str]) -> None:
    page, model, make, read = LISTS[name]
    for text in texts:
        make(text)
    for language in ("en", "fr"):
        assert read(exported(alice_client, page, language, tmp_path)) == (0, model.objects.count())


@pytest.mark.parametrize("text", ASKED)
@pytest.mark.parametrize("name", LISTS)
def test_what_was_found_changed_before_does_not_change(
    alice_client: Client, tmp_path: Path, name: str, text: str
) -> None:
    page, model, make, read = LISTS[name]
    make(text)
    for language in ("en", "fr"):
        assert read(exported(alice_client, page, language, tmp_path)) == (0, model.objects.count())


def test_every_column_that_is_imported_is_exported(alice_client: Client, tmp_path: Path) -> None:
    """Take the users out, forget what is said of one, and bring them back."""
    make_policy("Sales; =1")
    pool = make_pool("pool.contoso.com")
    values: dict[str, Any] = {
        "first_name": "-Alice",
        "last_name": "Élan",
        "email": "a@contoso.com",
        "department": "=IT; +R",
    }
    made = make_user("alice@contoso.com", pool, display_name="'=Alice", **values)
    file = exported(alice_client, "directory:list", "fr", tmp_path)
    User.objects.filter(pk=made.pk).update(display_name="x", **dict.fromkeys(values, ""))
    call_command("import_directory", str(file), stdout=io.StringIO())
    now = User.objects.get(pk=made.pk)
    assert {name: getattr(now, name) for name in values} == values
    assert now.display_name == "'=Alice"
