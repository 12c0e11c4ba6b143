"""Imports that are interrupted, overtaken, or run beside other changes: all or nothing."""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connection

from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent, EventMember
from federation.directory.actions import Action
from federation.directory.models import Assignment, User
from federation.imports.csvfile import open_users
from federation.intake import services
from federation.intake.catalogue import Choices
from federation.intake.plan import Plan, finish, planned
from federation.policies.models import ExternalAccessPolicy
from federation.policies.services import delete_policies
from tests.makers import make_policy, make_pool, make_user
from tests.together import Meanwhile, together

if TYPE_CHECKING:
    from collections.abc import Generator

pytestmark = [pytest.mark.sql, pytest.mark.django_db(transaction=True)]
CAROL, DAVE = Actor("carol"), Actor("dave")
ROOT = Path(__file__).resolve().parents[2]


def many(count: int) -> bytes:
    lines = [f"user{number}@contoso.com,pool.contoso.com,Sales\n" for number in range(count)]
    return ("SipAddress,Pool,Policy\n" + "".join(lines)).encode()


def plan_of(content: bytes) -> Plan:
    return finish(planned(open_users(io.BytesIO(content)).records, Choices()))


def work_of(content: bytes, plan: Plan, actor: Actor = CAROL) -> Generator[int, None, Plan]:
    return services.applied(
        open_users(io.BytesIO(content)).records, plan, Choices(), name="x.csv", actor=actor
    )


def bring_in(content: bytes, plan: Plan, actor: Actor) -> Plan:
    return finish(work_of(content, plan, actor))


@pytest.fixture
def sales() -> None:
    make_pool("pool.contoso.com")
    make_policy("Sales")


def nothing_is_left() -> bool:
    events = AuditEvent.objects.filter(action=Action.IMPORT)
    return not (
        User.objects.exists() or Assignment.objects.exists() or EventMember.objects.exists() or events
    )


def test_whoever_stops_half_way_has_changed_nothing(sales: None) -> None:
    content = many(5000)
    work = work_of(content, plan_of(content))
    assert next(work) == 2000
    assert User.objects.count() == 2000  # seen from inside the transaction only
    work.close()
    assert nothing_is_left()


def test_a_bar_is_drawn_and_ctrl_c_leaves_nothing(sales: None, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_bytes(many(60_000))
    database = connection.settings_dict
    url = f"sqlite:///{database['NAME']}"
    if connection.vendor == "postgresql":
        account = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
        url = f"postgres://{account}/{database['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "controlpanel.settings",
        "PANEL_STATE_DIR": str(settings.STATE_DIR),
    }
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_directory", str(file)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    drawn = b""
    try:
        while b"Importing [" not in drawn:
            drawn += os.read(ours, 1000)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        drawn += os.read(ours, 10_000)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert process.returncode == 130
    assert b"Interrupted. Nothing was changed." in drawn
    assert nothing_is_left()


@pytest.mark.parametrize("address", ["user1@contoso.com", "user2500@contoso.com"])
def test_what_somebody_else_made_meanwhile_is_not_overwritten(sales: None, address: str) -> None:
    content = many(3000)
    plan = plan_of(content)
    make_user(address, display_name="Made meanwhile")
    with pytest.raises(services.Overtaken):
        finish(work_of(content, plan))
    assert [user.display_name for user in User.objects.all()] == ["Made meanwhile"]
    assert not Assignment.objects.exists()


def test_of_two_imports_of_one_file_at_once_one_is_done() -> None:
    make_pool("pool.contoso.com")
    make_policy("Sales")
    content = many(3000)
    plan = plan_of(content)
    outcomes = together([partial(bring_in, content, plan, who) for who in (CAROL, DAVE)])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Overtaken", "Plan"]
    assert (User.objects.count(), Assignment.objects.count()) == (3000, 3000)
    assert AuditEvent.objects.get(action=Action.IMPORT).members_count == 3000


def test_a_policy_that_an_import_assigns_is_not_deleted_under_it(sales: None) -> None:
    content, begun = many(3000), Meanwhile()
    plan = plan_of(content)
    policy = ExternalAccessPolicy.objects.get(name="Sales")

    def bring_in() -> int:
        work = work_of(content, plan)
        next(work)
        begun.happened()
        return finish(work).numbers.made

    def delete() -> int:
        begun.wait()
        return delete_policies([policy], actor=DAVE)[0]

    assert together([bring_in, delete]) == [3000, 1]
    assert (User.objects.count(), Assignment.objects.count()) == (3000, 0)


def test_a_user_can_be_made_in_the_pool_of_a_running_import(sales: None) -> None:
    content, begun = many(3000), Meanwhile()
    plan = plan_of(content)

    def bring_in() -> int:
        work = work_of(content, plan)
        next(work)
        begun.happened()
        return finish(work).numbers.made

    def enable() -> object:
        begun.wait()
        return make_user("zoe@contoso.com").address

    assert together([bring_in, enable]) == [3000, "zoe@contoso.com"]
    assert User.objects.count() == 3001
