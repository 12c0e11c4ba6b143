"""What a file does not say of *enabled* lets nobody talk; another plan is shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.directory import services
from federation.directory.models import User
from tests.imports.test_upload import preview
from tests.makers import MAKER, make_user
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

    from tests.imports.conftest import Importing

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
WITH = "SipAddress,RegistrarPool,Enabled\n"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("SipAddress,RegistrarPool\n{},pool.contoso.com\n", {"on": True, "off": False, "new": False}),
        (f"{WITH}{{}},pool.contoso.com,\n", {"on": False, "off": False, "new": False}),
        (f"{WITH}{{}},pool.contoso.com,No\n", {"on": False, "off": False, "new": False}),
        (f"{WITH}{{}},pool.contoso.com,True\n", {"on": True, "off": True, "new": True}),
    ],
)
def test_what_is_not_said_widens_nothing(
    run: Importing, home: None, text: str, expected: dict[str, bool]
) -> None:
    make_user("on@contoso.com")
    make_user("off@contoso.com", enabled=False)
    head, line = text.splitlines()
    lines = [line.format(f"{name}@contoso.com") for name in expected]
    assert run("\n".join([head, *lines, ""])).status == 0
    found = {user.address.partition("@")[0]: user.enabled for user in User.objects.all()}
    assert found == expected


def test_another_plan_with_the_same_numbers_is_shown_again(alice_client: Client, home: None) -> None:
    alice = make_user("alice@contoso.com", department="A")
    make_user("bob@contoso.com", department="New")
    text = "SipAddress,Department\nalice@contoso.com,New\nbob@contoso.com,New\n"
    page = preview(alice_client, text)
    services.change_user(alice, actor=MAKER, department="New")
    services.change_user(User.objects.get(address="bob@contoso.com"), actor=MAKER, department="B")
    done = Page(page.form("Import").send(alice_client))
    assert "The directory changed meanwhile" in done.text
    assert User.objects.get(address="bob@contoso.com").department == "B"
