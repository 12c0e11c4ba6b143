"""The endpoint: who is let in, how long it waits, and what a hostile or broken gateway gets."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from federation.gateway import services as gateways
from federation.gateway.models import Refusal, Report, Stream
from federation.replication import exchange
from tests.makers import MAKER
from tests.replication.conftest import Asker, row_of

if TYPE_CHECKING:
    from collections.abc import Iterator


pytestmark = [pytest.mark.sql, pytest.mark.django_db]
waits = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    exchange._wrong.clear()
    yield
    exchange._wrong.clear()


def test_the_right_secret_gets_everything_and_then_nothing_new(asker: Asker) -> None:
    response = asker.send(asker.request())
    assert response.status_code == 200
    assert response["Content-Type"] == "application/x-federation-objects; charset=utf-8"
    body = b"".join(response.streaming_content)
    assert int(response["Content-Length"]) == len(body)
    assert asker.apply(body).gateway == "xmpp1.contoso.test"
    assert {"edge:global", "xmpp:global"} <= asker.objects.keys()
    assert asker.ask() == 204


def test_it_keeps_no_session_and_asks_for_no_token_of_a_form(asker: Asker) -> None:
    asker.client = Client(enforce_csrf_checks=True)
    response = asker.send(asker.request())
    assert response.status_code == 200
    assert response.cookies == {}
    response.close()


@pytest.mark.parametrize("secret", ["", "wrong", "x" * 5000, "é"])
def test_a_wrong_secret_is_refused_and_counted(asker: Asker, secret: str) -> None:
    assert asker.send(asker.request(), secret).status_code == 401
    report = Report.objects.get()
    assert (report.wrong_secrets, report.seen_at) == (1, None)


def test_an_unknown_name_is_refused_like_a_wrong_secret(asker: Asker) -> None:
    assert asker.send(asker.request(gateway="other.contoso.test")).status_code == 401
    assert Report.objects.get().wrong_secrets == 0


def test_the_secret_of_one_gateway_opens_no_other(asker: Asker) -> None:
    other = Asker("xmpp2.contoso.test")
    assert asker.send(asker.request(), other.secret).status_code == 401


def test_who_goes_on_with_a_wrong_secret_is_no_longer_counted_but_the_right_one_works(
    asker: Asker,
) -> None:
    statuses = [asker.send(asker.request(), "wrong").status_code for _ in range(8)]
    assert statuses == [401] * 5 + [429] * 3
    assert Report.objects.get().wrong_secrets == 5
    assert asker.ask() == 200


def test_a_replaced_secret_is_refused_at_once(asker: Asker) -> None:
    old = asker.secret
    _row, asker.secret = gateways.replace_secret(asker.row, actor=MAKER)
    assert asker.send(asker.request(), old).status_code == 401
    assert asker.ask() == 200


def test_a_disabled_gateway_is_told_so(asker: Asker) -> None:
    gateways.change_gateway(asker.row, enabled=False, actor=MAKER)
    assert asker.ask() == 403


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}])
def test_without_a_secret_nobody_is_asked_for_a_name(db: None, headers: dict[str, str]) -> None:
    answer = Client().post(reverse("replication:exchange"), b"rubbish", "application/json", headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"protocol":2}',
        b"\xff\xfe",
        b'{"protocol":1,"gateway":"x","wait":1e999}',
        b'{"protocol":1,"gateway":7}',
        b'{"protocol":1,"gateway":"\\ud800"}',
        b'{"protocol":1,"gateway":"xmpp1.contoso.test","have":{"panel":"p","revision":1,"hash":"\\ud800"}}',
    ],
)
def test_what_is_no_request_is_refused(asker: Asker, body: bytes) -> None:
    assert asker.send(body).status_code == 400


def test_a_request_too_long_is_not_read(asker: Asker) -> None:
    assert asker.send(b" " * (1024 * 1024 + 1)).status_code == 413


@pytest.mark.parametrize("change", [{"revision": 0}, {"revision": -1}])
def test_whoever_has_what_is_too_old_to_say_what_changed_gets_everything(
    asker: Asker, change: dict[str, Any]
) -> None:
    assert asker.ask() == 200
    assert asker.have
    asker.have |= change
    asker.objects = {"rubbish:x": {}}
    assert asker.ask() == 200
    assert "rubbish:x" not in asker.objects


HOSTILE: list[Any] = [
    {"status": ["live"], "server": 5, "module": "x" * 10_000, "started": 1e300, "streams_total": -7},
    {"streams": {}, "refusals": {}, "alarms": {}, "counters": []},
    {"streams": [None, 1, {"remote": 1}, {"remote": "a", "direction": []}], "refusals": [[], {"code": {}}]},
    {"streams": [{"remote": "\x00\u202eevil", "direction": "inbound", "since": "yesterday"}] * 5000},
    {"refusals": [{"code": "group-chat", "direction": "inbound", "local": "<b>", "count": 1e308}] * 5000},
    {"alarms": [{"code": "x" * 999, "text": "y" * 999, "since": -5}] * 99},
    {"counters": {"refused": {"group-chat": True, "made-up": 5}, "passed": {"inbound": 2**70}}},
]


@pytest.mark.parametrize("report", HOSTILE)
def test_a_hostile_report_is_cut_down_and_the_exchange_goes_on(asker: Asker, report: dict[str, Any]) -> None:
    assert asker.ask(report=report) == 200
    kept = row_of(asker).report
    assert kept.seen_at
    assert kept.status in {"live", "disk", "expired", "none"}
    assert len(json.dumps([kept.counters, kept.alarms])) < 10_000
    assert Stream.objects.count() <= 500
    assert Refusal.objects.count() <= 200
    assert not Stream.objects.filter(remote__contains="\u202e").exists()


REPORT = {
    "status": "live",
    "module": "1",
    "server": "Prosody 0.12.3",
    "counters": {"refused": {"group-chat": 3}, "passed": {"inbound": 10, "outbound": 20}},
    "alarms": [{"code": "disk", "since": 1_700_000_000, "text": "full"}],
    "refusals": [
        {"at": 1_700_000_000, "code": "group-chat", "direction": "outbound", "kind": "message-groupchat",
         "local": "alice@contoso.test", "remote": "room@fabrikam.test", "count": 3, "revision": 1}
    ],
    "streams": [
        {"remote": "fabrikam.test", "local": "contoso.test", "direction": "outbound", "method": "sasl-tls",
         "tls": "TLSv1.3", "since": 1_700_000_000, "certificate": "valid", "both_ways": True}
    ],
    "streams_total": 1,
}  # fmt: skip


def test_a_report_is_kept_and_its_streams_replaced(asker: Asker) -> None:
    assert asker.ask(report=REPORT) == 200
    report = row_of(asker).report
    assert (report.status, report.server, report.revision) == ("live", "Prosody 0.12.3", None)
    assert report.counters["refused"] == {"group-chat": 3}
    assert [each["code"] for each in report.alarms] == ["disk"]
    assert Refusal.objects.get().count == 3
    assert Stream.objects.get().both_ways
    assert asker.ask(report={**REPORT, "streams": {}, "refusals": {}}) == 204
    assert row_of(asker).report.revision == 1
    assert (Stream.objects.count(), Refusal.objects.count()) == (0, 1)


def test_refusals_of_a_gateway_do_not_pile_up(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateways, "KEPT_REFUSALS", 5)
    many = [{**REPORT["refusals"][0], "local": f"user{n}@contoso.test"} for n in range(12)]  # type: ignore[index]
    asker.ask(report={"refusals": many})
    assert [each.local for each in Refusal.objects.order_by("pk")] == [
        f"user{n}@contoso.test" for n in range(7, 12)
    ]


def test_when_a_gateway_only_reports_it_gets_nothing_and_does_not_wait(asker: Asker) -> None:
    began = time.monotonic()
    assert asker.ask(report_only=True, wait=50, report=REPORT) == 204
    assert time.monotonic() - began < 20
    assert Stream.objects.count() == 1
