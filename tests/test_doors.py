"""Every URL and who gets in. A room adds its table as tests/<room>/doors.py; a missing URL fails here."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from controlpanel.accounts.rights import Role
from tests.people import NO_ROLE, PEOPLE, SIGNED_OUT, client_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.doors import Door

TABLES = sorted(path.parent.name for path in Path(__file__).parent.glob("*/doors.py"))
DOORS: dict[str, Door] = {
    door.name: door for room in TABLES for door in import_module(f"tests.{room}.doors").DOORS
}


def url_names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Every URL name of the product; Django admin's own are its business (see test_support_desk.py)."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name or pattern.pattern}"
        elif pattern.namespace != "admin":
            yield from url_names(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)


def address(door: Door) -> str:
    """Where the door is, with what its address needs made."""
    return reverse(door.name, args=door.args()) + (f"?{door.query}" if door.query else "")


def test_every_url_has_its_door() -> None:
    assert sorted(set(url_names(get_resolver()))) == sorted(DOORS)


@pytest.mark.django_db
@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", DOORS)
def test_door(name: str, method: str, who: str) -> None:
    door = DOORS[name]
    answer = getattr(client_of(who), method)(address(door))
    allowed, status = (door.get, door.get_is) if method == "get" else (door.post, door.post_is)
    if who in allowed:
        assert answer.status_code == status
    elif door.others:
        assert answer.status_code == door.others
    elif who == SIGNED_OUT and answer.status_code != 405:
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("accounts:login"))
    else:
        assert answer.status_code == (405 if status == 405 else 403), f"{who} gets in"


@pytest.mark.django_db
@pytest.mark.parametrize("who", [NO_ROLE, Role.ADMINISTRATOR])
@pytest.mark.parametrize("name", DOORS)
def test_head_is_answered_like_get(name: str, who: str) -> None:
    client, here = client_of(who), address(DOORS[name])
    assert client.head(here).status_code == client.get(here).status_code
