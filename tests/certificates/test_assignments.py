"""Which certificate the gateway uses: at once, from a day on, called off, put back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from federation.certificates.models import Assignment, Certificate
from federation.certificates.services import assignments, exporting, importing
from tests.certificates.conftest import MAKER
from tests.certificates.test_the_job import HERE
from tests.pages import Page
from tests.x509.authority import openssl

if TYPE_CHECKING:
    from django.test import Client

    from tests.certificates.conftest import Chain

pytestmark = [pytest.mark.sql, pytest.mark.django_db]
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def make(chain: Chain, name: str, **dates: str) -> Certificate:
    leaf, key = chain.middle.issue("DNS:sip.contoso.com", "DNS:contoso.com", **dates)  # type: ignore[arg-type]
    found = importing.examine([leaf, key, chain.middle.pem])
    values = {"accept_warnings": True, "reason": "A test"}
    return importing.import_certificate(found, name=name, actor=MAKER, **values)  # type: ignore[arg-type]


def served(at: datetime) -> str:
    found = exporting.for_gateway(at)
    assert found is not None
    pinned = openssl("x509", "-pubkey", "-noout", given=found.bundle)
    assert openssl("pkey", "-pubout", given=found.key) == pinned
    assert found.bundle.count(b"BEGIN CERTIFICATE") == 2
    return str(found.certificate)


def test_nothing_is_served_before_something_is_assigned(trusted: Chain) -> None:
    make(trusted, "First")
    assert exporting.for_gateway(timezone.now()) is None
    assert exporting.next_change(timezone.now()) is None


def test_a_planned_certificate_comes_into_force_by_the_clock(
    alice_client: Client, trusted: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make(trusted, "First"), make(trusted, "Second")
    assignments.assign(first, actor=MAKER)
    form = Page(alice_client.get(f"{HERE}{second.pk}/assign/")).form("use_from")
    due = (timezone.now() + 2 * MINUTE).replace(second=0, microsecond=0)
    form.fill(use_from=f"{due:%Y-%m-%dT%H:%M}")
    said = Page(form.send(alice_client, follow=True)).said
    assert said == [f"The gateway uses “Second” from {due:%Y-%m-%d %H:%M} UTC on."]
    assert exporting.next_change(timezone.now()) == due
    assert served(timezone.now()) == served(due - timedelta(seconds=1)) == "First"
    assert served(due) == "Second"
    assert exporting.next_change(due) is None
    monkeypatch.setattr(timezone, "now", lambda: due + MINUTE)
    rows = {row[0]: row for row in Page(alice_client.get(HERE)).rows}
    assert "in use" in " ".join(rows["Second"])
    assert "in use" not in " ".join(rows["First"])
    assignments.put_back(actor=MAKER)
    assert served(due + MINUTE) == "First"


def test_a_planned_certificate_is_called_off(alice_client: Client, trusted: Chain) -> None:
    first, second = make(trusted, "First"), make(trusted, "Second")
    assignments.assign(first, actor=MAKER)
    assignments.assign(second, actor=MAKER, use_from=timezone.now() + DAY)
    page = Page(alice_client.get(f"{HERE}{second.pk}/"))
    said = Page(page.form("Call off").send(alice_client, follow=True)).said
    assert said == ["The planned change to “Second” was called off."]
    assert served(timezone.now() + 2 * DAY) == "First"


def test_a_certificate_that_will_have_ended_by_then_is_not_planned(trusted: Chain) -> None:
    ends = timezone.now() + 10 * DAY
    row = make(trusted, "Short", ends=f"{ends:%Y%m%d%H%M%SZ}")
    with pytest.raises(ValidationError, match="It ended on"):
        assignments.assign(row, actor=MAKER, use_from=ends + DAY)
    assert not Assignment.objects.exists()


def test_a_certificate_that_is_not_valid_yet_is_planned_for_its_first_minute(
    alice_client: Client, trusted: Chain
) -> None:
    starts = (timezone.now() + 10 * DAY).replace(second=0, microsecond=0)
    row = make(trusted, "Next", starts=f"{starts:%Y%m%d%H%M%SZ}")
    page = Page(alice_client.get(f"{HERE}{row.pk}/assign/"))
    assert "It is valid only from" not in page.text
    assert page.form("use_from").box("Use from").value == f"{starts:%Y-%m-%dT%H:%M}"
    page.form("use_from").send(alice_client)
    assert served(starts) == "Next"


def test_what_is_served_costs_one_query(trusted: Chain) -> None:
    assignments.assign(make(trusted, "First"), actor=MAKER)
    with CaptureQueriesContext(connection) as queries:
        exporting.for_gateway(timezone.now())
    assert len(queries) <= 2  # the second asks whether there are sealed keys at all


def test_the_last_minute_of_all_can_be_looked_at(alice_client: Client, trusted: Chain) -> None:
    """A certificate may start when no minute begins any more (RFC 5280, 4.1.2.5)."""
    row = make(trusted, "Last")
    last = datetime(9999, 12, 31, 23, 59, 30, tzinfo=UTC)
    Certificate.objects.filter(pk=row.pk).update(not_before=last, not_after=last + timedelta(seconds=29))
    for path in ("", f"{row.pk}/", f"{row.pk}/assign/", "timeline/"):
        assert alice_client.get(HERE + path).status_code == 200
