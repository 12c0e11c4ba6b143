"""Whatever number or NUL a browser sends, at every address and in every form: it is answered, never 500."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.pages import Page
from tests.test_doors import DOORS, address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

#: The worst first: these go into each field by itself, the others into all at once.
NASTY = (
    str(10**30),
    "1\x00a",
    str(2**63),
    "-1",
    "9" * 5000,
    "9999-12-31T23:59:59-14:00",
    '{"a": ' + "9" * 5000 + "}",
    '{"name": "\\ud800", "address": "\\udfff", "domain": "\\ud800", "reason": "\\u0000", "fqdn": [1e400]}',
)
#: What a page may say that it was loaded with.
ODD = ('[1e400, "\\ud800"]', '{"a": null}', "1" + "0" * 30, "9" * 5000, '"\\u0000"', "null", "true", "[[]]")
#: What pages read besides the fields of their forms.
FRAME = (
    "q", "page", "sort", "rows", "row", "all", "seen", "format", "next", "property", "operator", "value",
    "version", "loaded", "agreed", "identity", "local", "remote", "renews", "copy", "user", "partner",
    "domain", "federated", "language",
)  # fmt: skip


def number_addresses(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Every URL name of the product whose address holds a number or a text."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.pattern.converters:
                yield f"{prefix}{pattern.name}"
        elif pattern.namespace != "admin":
            yield from number_addresses(
                pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            )


def forms(client: Client, here: str) -> Iterator[Any]:
    """The forms of a page that write, but the frame's."""
    page = Page(client.get(here))
    for element in page.all("form"):
        form = page._form(element)
        if form.method == "post" and "sign-out" not in form.action and form.boxes:
            yield form


def turns(names: Iterable[str]) -> Iterator[dict[str, list[str]]]:
    """Each of the names with each of the values, all names at once."""
    for turn in range(len(NASTY)):
        yield {name: [NASTY[(place + turn) % len(NASTY)]] for place, name in enumerate(sorted(names))}


def ask(client: Client, here: str) -> None:
    """Ask ``here`` with everything in each parameter."""
    path = here.partition("?")[0]
    listing = getattr((client.get(here).context or {}).get("page"), "listing", None)
    names = {*FRAME, *(each.name for each in getattr(listing, "filters", ()))}
    for values in turns(names):
        client.get(path, values)
        client.get(path, values | {"format": ["csv"]}).getvalue()
        client.post(path, values)
        client.post(path, {"row": values["row"]})
    for each in getattr(listing, "properties", ()):
        for value in NASTY:
            client.get(path, {"property": each.name, "operator": list(each.operators)[-1][0], "value": value})


def fill(client: Client, form: Any) -> None:
    """Send ``form`` with everything in all its fields, and with the worst in each by itself."""
    target = form.action or form.address
    for values in turns(form.data):
        client.post(target, values)
    for name in form.data:
        for value in NASTY[:2]:
            client.post(target, form.data | {name: [value]})
    if "loaded" in form.data:
        for value in ODD:
            loaded = "{" + ", ".join(f'"{name}": {value}' for name in form.data) + "}"
            client.post(target, form.data | {"loaded": [loaded]})
            client.post(target, form.data | {"loaded": [loaded], "version": ["0"]})


@pytest.mark.parametrize("name", DOORS)
def test_every_page_and_form(alice_client: Client, name: str) -> None:
    here = address(DOORS[name])
    answer = alice_client.get(here)
    if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
        ask(alice_client, here)
        for form in forms(alice_client, here):
            fill(alice_client, form)


@pytest.mark.parametrize("name", sorted(set(number_addresses(get_resolver()))))
def test_every_address_that_holds_a_number(alice_client: Client, name: str) -> None:
    bare = address(DOORS[name]).partition("?")[0]
    for number in ("0", "-1", str(2**63), str(10**30), "9" * 5000, "%00", "1%00"):
        here = with_number(bare, number)
        assert here != bare
        for method in (alice_client.get, alice_client.post):
            assert method(here).status_code < 500


def with_number(bare: str, number: str) -> str:
    """``bare`` with ``number`` in the place of its key."""
    return re.sub(r"/(\d+|[\w-]{20,})(?=[/.])", f"/{number}", bare)
