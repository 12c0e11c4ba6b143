"""The change log: what it shows, how it is narrowed, its file, and the history on an object's page."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from federation.policies import services
from tests.makers import make_policies, make_policy, make_site, make_site_policy
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

    from federation.policies.models import ExternalAccessPolicy

pytestmark = pytest.mark.django_db
DAVE = Actor("Dave", 8, "192.0.2.8")
WHEN, WHO, ACTION, OBJECT, CHANGES, REASON, FROM = range(7)


def listed(client: Client, **query: str) -> Page:
    """The log as the address ``query`` shows it, without the sign-ins of the test itself."""
    return Page(client.get(reverse("audit:list"), query))


def actions(page: Page) -> list[str]:
    """The column "Action"."""
    return [row[ACTION] for row in page.rows]


@pytest.fixture
def policy() -> ExternalAccessPolicy:
    """A policy with a history: made, changed by Dave, beside others."""
    policy = make_policy("Sales", description="Old")
    make_site_policy("Paris")
    services.change_policy(policy, actor=DAVE, description="New", remote=True, reason="Ticket 7")
    return policy


@pytest.mark.sql
def test_the_newest_comes_first_and_says_what_changed(
    bob_client: Client, policy: ExternalAccessPolicy
) -> None:
    page = listed(bob_client, kind="policies.externalaccesspolicy")
    assert actions(page) == ["Policy changed", "Policy made", "Policy made"]
    row = page.rows[0]
    assert (row[WHO], row[OBJECT], row[REASON], row[FROM]) == ("Dave", "Tag:Sales", "Ticket 7", "192.0.2.8")
    assert row[CHANGES] == "Description: Old → New; Remote users: No → Yes"
    assert page.links["Tag:Sales"] == reverse("policies:details", args=[policy.pk])


@pytest.mark.sql
def test_it_is_narrowed_by_object_person_time_and_action(
    bob_client: Client, policy: ExternalAccessPolicy
) -> None:
    today = timezone.now().date()
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)
    kind = "policies.externalaccesspolicy"
    assert actions(listed(bob_client, who="dave")) == ["Policy changed"]
    assert actions(listed(bob_client, action="policies:policy:change")) == ["Policy changed"]
    assert actions(listed(bob_client, kind="topology.site")) == ["Site made"]
    assert actions(listed(bob_client, kind=kind, object=str(policy.pk))) == ["Policy changed", "Policy made"]
    assert len(actions(listed(bob_client, kind=kind, since=f"{today}", until=f"{today}"))) == 3
    assert actions(listed(bob_client, kind=kind, since=f"{tomorrow}")) == []
    assert actions(listed(bob_client, kind=kind, until=f"{yesterday}")) == []
    assert actions(listed(bob_client, q="ticket")) == ["Policy changed"]
    assert "Policy made" in actions(listed(bob_client, q="paris"))


def test_a_day_starts_and_ends_in_utc() -> None:
    for at in ("2026-03-01T23:59:59", "2026-03-02T00:00:00", "2026-03-02T23:59:59", "2026-03-03T00:00:00"):
        AuditEvent.objects.create(
            at=datetime.fromisoformat(at).replace(tzinfo=UTC), action="x", actor_name=at
        )
    day = datetime(2026, 3, 2, tzinfo=UTC)
    found = AuditEvent.objects.between(day, day + timedelta(days=1))
    assert {event.actor_name for event in found} == {"2026-03-02T00:00:00", "2026-03-02T23:59:59"}


@pytest.mark.sql
@pytest.mark.parametrize(
    "query",
    [
        {"since": "2026-02-30"},
        {"since": "x"},
        {"until": "9999-12-31"},
        {"until": "0000-01-01"},
        {"until": "0001-01-01"},
        {"object": "x"},
        {"object": "9" * 30},
        {"object": "²"},
        {"kind": "nonsense"},
        {"kind": "sessions.session"},
        {"action": "nonsense"},
        {"who": "x" * 10_000},
        {"q": "x" * 10_000},
    ],
)
def test_a_forged_filter_finds_nothing(
    bob_client: Client, policy: ExternalAccessPolicy, query: dict[str, str]
) -> None:
    page = listed(bob_client, **query)
    assert page.status == 200
    assert page.rows == []


@pytest.mark.parametrize("sort", ["at", "who", "action", "object"])
def test_it_sorts(bob_client: Client, policy: ExternalAccessPolicy, sort: str) -> None:
    up, down = listed(bob_client, sort=sort), listed(bob_client, sort=f"-{sort}")
    assert up.rows == down.rows[::-1]
    assert len(up.rows) >= 4


def test_an_unknown_order_is_newest_first(bob_client: Client, policy: ExternalAccessPolicy) -> None:
    assert listed(bob_client, sort="nonsense").rows == listed(bob_client).rows


@pytest.mark.sql
def test_the_log_costs_the_same_with_3_and_with_300_events(bob_client: Client) -> None:
    make_site("One")
    listed(bob_client)
    with CaptureQueriesContext(connection) as few:
        listed(bob_client)
    for policy in make_policies(100):
        services.change_policy(policy, actor=DAVE, remote=True)
        services.change_policy(policy, actor=DAVE, remote=False)
        services.change_policy(policy, actor=DAVE, public=True)
    with CaptureQueriesContext(connection) as many:
        listed(bob_client)
    assert len(many) == len(few) <= 6


def test_the_file_holds_what_the_filter_shows(bob_client: Client, policy: ExternalAccessPolicy) -> None:
    services.change_policy(policy, actor=DAVE, description="Newest", reason="=1+1")
    page = listed(bob_client, who="Dave")
    lines = list(csv.reader(io.StringIO(b"".join(bob_client.get(page.links["Export"])).decode()[1:])))
    assert lines[0] == ["When (UTC)", "Who", "Action", "Object", "What changed", "Reason", "From"]
    assert len(lines) == 3
    assert lines[1][WHO:] == [
        "Dave",
        "Policy changed",
        "Tag:Sales",
        "Description: New → Newest",
        "'=1+1",
        "192.0.2.8",
    ]
    assert lines[1][WHEN].endswith("Z")


@pytest.mark.sql
def test_an_event_has_a_page(bob_client: Client, policy: ExternalAccessPolicy) -> None:
    event = AuditEvent.objects.about(policy)[0]
    page = Page(bob_client.get(reverse("audit:details", args=[event.pk])))
    assert page.texts("td") == ["Old", "New", "No", "Yes"]
    assert {"Dave", "192.0.2.8", "Ticket 7", "Tag:Sales"} <= set(page.texts("dd"))


@pytest.mark.parametrize("key", ["0", "999999", "9" * 40])
def test_an_unknown_event_is_not_found(bob_client: Client, key: str) -> None:
    assert bob_client.get(f"{reverse('audit:list')}{key}/").status_code == 404


def test_the_page_of_an_object_shows_its_history(bob_client: Client, policy: ExternalAccessPolicy) -> None:
    page = Page(bob_client.get(reverse("policies:details", args=[policy.pk])))
    history = " ".join(page.texts("section", class_="history"))
    assert "Dave Policy changed Description: Old → New; Remote users: No → Yes" in history
    assert "Ticket 7" in history
    assert "maker Policy made" in history
    assert "Paris" not in history
    all_of_it = Page(bob_client.get(page.links["All changes of this object"]))
    assert actions(all_of_it) == ["Policy changed", "Policy made"]


def test_an_object_that_is_gone_keeps_its_events(bob_client: Client, policy: ExternalAccessPolicy) -> None:
    policy.refresh_from_db()
    key = policy.pk
    services.delete_policies([policy], actor=DAVE)
    page = listed(bob_client, kind="policies.externalaccesspolicy", object=str(key))
    assert actions(page) == ["Policy deleted", "Policy changed", "Policy made"]
    # A new object never gets the number of one that is gone, and with it its history.
    assert make_policy("Another").pk > key


def test_home_shows_the_latest_changes_without_sign_ins(
    bob_client: Client, policy: ExternalAccessPolicy
) -> None:
    page = Page(bob_client.get(reverse("overview:list")))
    shown = " ".join(page.texts("ol", class_="events"))
    assert "Policy changed: Tag:Sales" in shown
    assert "Signed in" not in shown


def test_the_log_speaks_french(bob_client: Client, policy: ExternalAccessPolicy) -> None:
    bob_client.cookies["django_language"] = "fr"
    row = listed(bob_client, who="Dave").rows[0]
    assert "Non → Oui" in row[CHANGES]
    assert row[ACTION] != "Policy changed"


def test_the_way_from_an_object_says_so_and_leads_to_the_whole_log(
    bob_client: Client, policy: ExternalAccessPolicy
) -> None:
    cut = listed(bob_client, kind="policies.externalaccesspolicy", object=str(policy.pk))
    assert "These are the changes of one object." in cut.text
    assert len(Page(bob_client.get(cut.links["Show all changes"])).rows) > len(cut.rows)
    assert "changes of one object" not in listed(bob_client).text


def test_the_support_desk_reads_words_and_no_codes(bob_client: Client, policy: ExternalAccessPolicy) -> None:
    event = AuditEvent.objects.get(actor_name="Dave")
    shown = Page(bob_client.get(reverse("admin:audit_auditevent_change", args=[event.pk]))).text
    assert "Policy changed" in shown
    assert "External access policy" in shown
    assert "Description: Old → New; Remote users: No → Yes" in shown
    log = Page(bob_client.get(reverse("admin:audit_auditevent_changelist")))
    assert {"Policy changed", "External access policy"} <= log.links.keys()
    assert "policies:policy:change" not in log.text
