"""Imports that are interrupted, overtaken, or run beside other changes: all or nothing."""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent, EventMember
from federation.directory.actions import Action
from federation.directory.models import Assignment, User
from federation.directory.services import assign_policy, remove_users, set_enabled
from federation.imports.csvfile import open_users
from federation.intake import services
from federation.intake.catalogue import Choices
from federation.intake.plan import Plan, finish, planned
from federation.policies.models import ExternalAccessPolicy
from federation.policies.services import delete_policies
from federation.topology.models import Pool
from federation.topology.services import delete_pools
from tests.makers import make_policy, make_pool, make_user, users_as_they_are
from tests.together import Meanwhile, impatient, together

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

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


def writing(work: Generator[int, None, Plan], rows: int) -> Generator[int, None, Plan]:
    """``work`` on ``rows`` rows, at the moment when the first of them are written."""
    while next(work) <= rows // 2:
        pass
    return work


def test_whoever_stops_half_way_has_changed_nothing(sales: None) -> None:
    content = many(5000)
    work = work_of(content, plan_of(content))
    assert list(islice(work, 3)) == [1000, 2000, 2500]
    assert not User.objects.exists()
    assert next(work) == 3500
    assert User.objects.count() == 2000  # seen from inside the transaction only
    work.close()
    assert nothing_is_left()


def test_nobody_waits_for_an_import_that_only_reads(sales: None) -> None:
    content = many(5000)
    work = work_of(content, plan_of(content))

    def enable() -> str:
        impatient()
        return make_user("zoe@contoso.com").address

    for _rows in islice(work, 3):
        (made,) = together([enable])
        assert made == "zoe@contoso.com"
        User.objects.all().delete()
    assert finish(work).numbers.made == 5000


def test_what_is_written_is_a_few_statements_however_many_lines(sales: None) -> None:
    asked = []
    for count in (20, 2000):
        content = many(count)
        work = writing(work_of(content, plan_of(content)), 0)
        with CaptureQueriesContext(connection) as queries:
            finish(work)
        asked.append(len(queries))
        User.objects.all().delete()
    assert asked[0] == asked[1] < 30


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


MEANWHILE: dict[str, Callable[[], object]] = {
    "one of the new users was made": lambda: make_user("new@contoso.com"),
    "a user who changes was changed": lambda: set_enabled(User.objects.all(), False, actor=DAVE),
    "a user who changes was removed": lambda: remove_users(User.objects.all(), actor=DAVE),
    "a user was assigned another policy": lambda: assign_policy(
        User.objects.all(), make_policy("Other"), actor=DAVE
    ),
    "the policy was deleted": lambda: delete_policies(
        ExternalAccessPolicy.objects.filter(name="Sales"), actor=DAVE
    ),
    "the pool was deleted": lambda: delete_pools(Pool.objects.filter(fqdn="new.contoso.com"), actor=DAVE),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_what_changes_between_reading_and_writing_stops_it(sales: None, what: str) -> None:
    make_user("old@contoso.com")
    make_pool("new.contoso.com")
    content = (
        b"SipAddress,Pool,Policy,Department\n"
        b"new@contoso.com,new.contoso.com,,Law\nold@contoso.com,pool.contoso.com,Sales,Law\n"
    )
    work = work_of(content, plan_of(content))
    assert next(work) == 1
    MEANWHILE[what]()
    before, events = users_as_they_are(), AuditEvent.objects.count()
    with pytest.raises(services.Overtaken):
        finish(work)
    assert (users_as_they_are(), AuditEvent.objects.count()) == (before, events)


def test_what_changes_elsewhere_meanwhile_does_not_stop_it(sales: None) -> None:
    make_user("old@contoso.com")
    content = b"SipAddress,Department\nold@contoso.com,Law\n"
    work = work_of(content, plan_of(content))
    next(work)
    make_user("zoe@contoso.com", policy=make_policy("Other"))
    assert finish(work).numbers.changed == 1


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
        work = writing(work_of(content, plan), 3000)
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
        work = writing(work_of(content, plan), 3000)
        begun.happened()
        return finish(work).numbers.made

    def enable() -> object:
        begun.wait()
        return make_user("zoe@contoso.com").address

    assert together([bring_in, enable]) == [3000, "zoe@contoso.com"]
    assert User.objects.count() == 3001
