"""manage.py test_access: exit status 0 they may, 1 they may not, 2 the question was wrong; and JSON."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from federation.decisions.management.commands.test_access import Command
from federation.edge import services as edge
from tests.decisions.world import open_everything
from tests.makers import MAKER

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, str]:
    """The exit status and what was printed."""
    out = StringIO()
    try:
        call_command("test_access", *arguments, stdout=out)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_who_may_talk_is_told_with_status_0() -> None:
    open_everything()
    status, said = run("dora@contoso.com", "bob@fabrikam.com")
    assert status == 0
    assert said.startswith("Allowed: dora@contoso.com → bob@fabrikam.com\n")
    assert len(said.splitlines()) == 10


def test_who_may_not_is_told_with_status_1_and_the_code() -> None:
    open_everything()
    edge.change_access(actor=MAKER, federation=False)
    status, said = run("dora@contoso.com", "bob@fabrikam.com")
    assert status == 1
    assert said.splitlines()[0] == "Refused: dora@contoso.com → bob@fabrikam.com (edge-federation-off)"


@pytest.mark.parametrize("options,status", [((), 0), (("--inbound",), 1), (("--inbound", "--contact"), 0)])
def test_direction_and_contact_are_options(options: tuple[str, ...], status: int) -> None:
    _user, partner = open_everything()
    type(partner).objects.update(type="public-unverified")
    assert run("dora@contoso.com", "bob@fabrikam.com", *options)[0] == status


def test_json_has_every_rule_with_what_it_read_in_both_languages() -> None:
    open_everything()
    status, said = run("dora@contoso.com", "bob@fabrikam.com", "--kind", "room-join", "--json")
    told: dict[str, Any] = json.loads(said)
    assert status == 1
    assert (told["verdict"], told["code"], told["enforced"]) == ("refused", "group-chat", True)
    assert told["chain"][0]["code"] == "edge-federation-off"
    step = told["chain"][6]
    assert (step["object"], step["name"], step["setting"], step["value"]) == (
        "policy",
        "Tag:Open",
        "xmpp",
        True,
    )
    assert step["sentence"]["en"] == (
        "The policy that governs the user, Tag:Open, has XMPP federated users on."
    )
    assert step["sentence"]["fr"].startswith("La stratégie qui s’applique à l’utilisateur")


@pytest.mark.parametrize(
    "arguments",
    [
        ("dora@contoso.com", "not an address"),
        ("dora@contoso.com", "bob@fabrikam.com", "--kind", "letter"),
        ("dora@contoso.com",),
    ],
)
def test_a_wrong_question_has_status_2(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as left:
        Command(stderr=StringIO()).run_from_argv(["manage.py", "test_access", *arguments])
    assert left.value.code == 2
