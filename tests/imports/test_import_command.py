"""``manage.py import_directory``: what it prints, does, refuses and leaves alone."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from controlpanel.audit.models import AuditEvent, EventMember
from federation.directory.actions import Action
from federation.directory.models import User
from federation.imports.csvfile import open_users
from federation.intake.catalogue import Choices
from federation.intake.plan import finish, planned
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology.models import Pool
from tests.imports.files import SHELL
from tests.makers import make_policy, make_site, make_user, make_users
from tests.makers import users_as_they_are as state

if TYPE_CHECKING:
    from tests.imports.conftest import Importing

pytestmark = [pytest.mark.django_db, pytest.mark.sql]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_export_of_the_shell_makes_users(
    run: Importing, home: None, encoding: str, delimiter: str
) -> None:
    made = run(SHELL.replace(",", delimiter), encoding=encoding)
    assert made.status == 0
    assert "2 made, 0 changed, 0 left as they are, 0 refused" in made.out
    assert state() == {
        "alice@contoso.com": ("Alice Élan", "pool.contoso.com", False, "Tag:Sales"),
        "bob@contoso.com": ("Bob", "pool.contoso.com", False, ""),
    }
    assert User.objects.get(address="alice@contoso.com").name_sort == "alice elan"


def test_a_spreadsheet_of_french_windows_makes_users(run: Importing, home: None) -> None:
    text = (
        "sep=;\r\nNom complet;Adresse SIP;Activé;Pool d’inscription;Stratégie attribuée;Adresse e-mail\r\n"
        "Élodie Ça;elodie@contoso.com;Faux;pool.contoso.com;<Automatique>;Elodie@Contoso.com\r\n;;;;;\r\n"
    )
    assert run(text, encoding="utf-8-sig").status == 0
    assert state() == {"elodie@contoso.com": ("Élodie Ça", "pool.contoso.com", False, "")}
    assert User.objects.get().email == "elodie@contoso.com"


def test_run_twice_it_changes_nothing(run: Importing, home: None) -> None:
    run(SHELL)
    before, events = state(), AuditEvent.objects.count()
    again = run(SHELL)
    assert (again.status, state(), AuditEvent.objects.count()) == (0, before, events)
    assert "0 made, 0 changed, 2 left as they are, 0 refused" in again.out
    assert set(User.objects.values_list("version", flat=True)) == {1}


def test_a_dry_run_tells_all_and_does_nothing(run: Importing, home: None) -> None:
    make_user("bob@contoso.com", display_name="Robert")
    told = run(SHELL, "--dry-run")
    assert told.status == 0
    assert "1 made, 1 changed" in told.out
    assert "alice@contoso.com: Alice Élan, pool.contoso.com, Tag:Sales" in told.out
    assert "bob@contoso.com: Display name: Robert -> Bob" in told.out
    assert "Nothing was changed." in told.out
    assert state() == {"bob@contoso.com": ("Robert", "pool.contoso.com", True, "")}
    assert not AuditEvent.objects.filter(action=Action.IMPORT).exists()


def test_what_a_file_does_not_say_is_left_alone(run: Importing, home: None) -> None:
    sales = make_policy("Marketing")
    make_user("alice@contoso.com", display_name="Alice", department="IT", enabled=False, policy=sales)
    version = User.objects.get().version
    assert run("SipAddress,Department\nalice@contoso.com,Law\n").status == 0
    user = User.objects.get()
    assert (user.department, user.version, user.changed_by[:9]) == ("Law", version + 1, "manage.py")
    assert state() == {"alice@contoso.com": ("Alice", "pool.contoso.com", False, "Tag:Marketing")}


def test_an_empty_cell_empties_but_never_a_name_or_a_pool(run: Importing, home: None) -> None:
    policy = ExternalAccessPolicy.objects.get(scope=Scope.USER)
    make_user("alice@contoso.com", display_name="Alice", department="IT", policy=policy)
    headings = "SipAddress,DisplayName,Department,RegistrarPool,ExternalAccessPolicy,Enabled"
    text = f"{headings}\nalice@contoso.com,,,,,\n"
    assert run(text).status == 0
    assert state() == {"alice@contoso.com": ("Alice", "pool.contoso.com", False, "")}
    assert User.objects.get().department == ""


def test_one_event_keeps_what_each_user_was_and_is(run: Importing, home: None) -> None:
    make_user("bob@contoso.com", display_name="Robert")
    run(SHELL, "--reason", "New branch")
    event = AuditEvent.objects.get(action=Action.IMPORT)
    assert (event.object_name, event.reason, event.members_count) == ("users.csv", "New branch", 2)
    assert event.after == {"origin": "users.csv", "made": 1, "changed": 1}
    members = {each.object_name: each for each in EventMember.objects.filter(event=event)}
    assert json.loads(members["bob@contoso.com"].before) == {"display_name": "Robert"}
    assert json.loads(members["bob@contoso.com"].after) == {"display_name": "Bob"}
    assert members["alice@contoso.com"].before == ""
    made = json.loads(members["alice@contoso.com"].after)
    assert (made["pool"], made["policy"], made["enabled"]) == ("pool.contoso.com", "Tag:Sales", False)
    assert set(AuditEvent.objects.about(User.objects.get(address="alice@contoso.com"))) == {event}


def test_a_policy_alone_is_assigned_without_touching_the_record(run: Importing, home: None) -> None:
    make_user("alice@contoso.com", display_name="Alice")
    run("SipAddress,ExternalAccessPolicy\nalice@contoso.com,SALES\n")
    assert state()["alice@contoso.com"][3] == "Tag:Sales"
    assert User.objects.get().version == 1
    run("SipAddress,ExternalAccessPolicy\nalice@contoso.com,<Automatic>\n")
    assert state()["alice@contoso.com"][3] == ""


def test_unknown_pools_and_policies_are_named_and_their_lines_refused(run: Importing) -> None:
    text = "SipAddress,RegistrarPool,Policy\na@x.fr,p1.x.fr,New\nb@x.fr,p1.x.fr,\nc@x.fr,p2.x.fr,New\n"
    refused = run(text)
    assert refused.status == 1
    assert "Unknown pools: p1.x.fr (2), p2.x.fr (1)" in refused.out
    assert "Unknown policies: New (2)" in refused.out
    assert "line 2: Registrar pool “p1.x.fr”: There is no such pool." in refused.out
    assert not User.objects.exists()


def test_unknown_pools_and_policies_are_made_on_request(run: Importing) -> None:
    make_site("Lyon")
    text = "SipAddress,RegistrarPool,ExternalAccessPolicy\na@x.fr,p1.x.fr,New\nb@x.fr,P1.x.fr,Tag:new\n"
    made = run(text, "--make-pools", "--site", "lyon", "--make-policies")
    assert made.status == 0
    assert "New pools: p1.x.fr (2)" in made.out
    assert "1 policies made, with every switch off" in made.out
    assert [(pool.fqdn, pool.site.name) for pool in Pool.objects.all()] == [("p1.x.fr", "Lyon")]
    policy = ExternalAccessPolicy.objects.get(scope=Scope.USER)
    assert (policy.name, policy.federated, policy.xmpp) == ("New", False, False)
    assert {row[3] for row in state().values()} == {"Tag:New"}
    told = AuditEvent.objects.get(action=Action.IMPORT).after
    assert told == {"origin": "users.csv", "made": 2, "pools": 1, "policies": 1}


def test_nothing_is_made_for_a_line_that_is_refused(run: Importing) -> None:
    make_site("Lyon")
    text = "SipAddress,RegistrarPool,ExternalAccessPolicy\na@x.fr,p1.x.fr,New\n"
    assert run(text, "--make-pools", "--site", "Lyon").status == 1
    assert not Pool.objects.exists()


@pytest.mark.parametrize(
    "options,sentence",
    [
        (["--make-pools"], "Pools are made at a site: name it with --site."),
        (["--make-pools", "--site", "Rome"], "There is no site “Rome”."),
    ],
)
def test_pools_are_made_at_a_site_that_exists(run: Importing, options: list[str], sentence: str) -> None:
    refused = run(SHELL, *options)
    assert (refused.status, refused.error) == (2, sentence)


def test_a_row_costs_no_query(home: None) -> None:
    asked = []
    for count in (4, 400):
        User.objects.all().delete()
        lines = "".join(f"user{number:03}@contoso.com,pool.contoso.com,Sales\n" for number in range(count))
        file = io.BytesIO(f"SipAddress,Pool,Policy\n{lines}".encode())
        make_users(count // 2, name="user")
        with CaptureQueriesContext(connection) as queries:
            assert finish(planned(open_users(file).records, Choices())).numbers.rows == count
        asked.append(len(queries))
    assert asked == [3, 3]


def test_programs_get_json(run: Importing, home: None) -> None:
    told = json.loads(run(SHELL + "broken\n", "--json").out)
    assert told["done"] is True
    assert (told["numbers"]["made"], told["numbers"]["refused"]) == (2, 1)
    (refusal,) = told["examples"]["refused"]
    assert (refusal["line"], refusal["code"]) == (5, "ragged-line")
    assert refusal["reason"] == "The line has 1 cells, and the headings have 4."
