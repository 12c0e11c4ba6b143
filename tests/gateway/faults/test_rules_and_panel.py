"""Whatever breaks: never open where it should be closed, never stuck, and right at the end."""

from __future__ import annotations

import signal
import socket
import time
from typing import TYPE_CHECKING

import pytest

from federation.gateway import objects, wire
from tests.gateway.conftest import gateway_options
from tests.gateway.faults.signs import alarmed, calm
from tests.gateway.standin import SECRET
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateway.servers import Prosody
    from tests.gateway.standin import Panel


def test_without_rules_nobody_federates_and_with_the_first_ones_they_do(
    panel: Panel, made: Prosody, says: Callable[[], str]
) -> None:
    made.start()
    assert says() == "no-snapshot"
    with panel.serving():
        panel.in_force()
        assert says() == "delivered"


def test_the_last_good_rules_outlive_the_panel_and_a_restart(
    panel: Panel, made: Prosody, says: Callable[[], str]
) -> None:
    with panel.serving():
        made.start()
        panel.in_force()
        panel.commit(objects.user("new@contoso.test", enabled=True, pool=1, policy=None))
        panel.in_force()
    assert says() == "delivered"
    made.stop()
    made.start()
    assert says() == "delivered"
    panel.commit(objects.user("alice@contoso.test", enabled=False, pool=1, policy=None))
    seen = len(panel.requests)
    with panel.serving():
        first = panel.wait_for(lambda r: r.have is not None, after=seen)
        assert first.have is not None
        assert first.have.revision == panel.revision - 1
        assert first.report["status"] == "disk"
        panel.in_force()
        assert says() == "user-disabled"


def test_a_gateway_that_is_killed_comes_back_with_what_it_had(
    panel: Panel, made: Prosody, says: Callable[[], str]
) -> None:
    with panel.serving():
        made.start()
        for number in range(30):
            panel.commit(objects.user(f"u{number}@contoso.test", enabled=True, pool=1, policy=None))
        made.stop(signal.SIGKILL)
        made.start()
        panel.in_force()
        assert says() == "delivered"


def test_a_gateway_killed_while_it_applies_ends_with_the_last_rules(
    panel: Panel, made: Prosody, says: Callable[[], str]
) -> None:
    people = [f"u{number}@contoso.test" for number in range(10_000)]
    behind = []
    with panel.serving():
        made.start()
        panel.in_force()
        for kill in range(5):
            panel.commit(*(objects.user(each, enabled=kill % 2 == 0, pool=1, policy=None) for each in people))
            time.sleep(0.1 + 0.1 * kill)  # the document takes about half a second to make and to apply
            made.stop(signal.SIGKILL)
            seen = len(panel.requests)
            made.start()
            first = panel.wait_for(lambda _request: True, after=seen)
            behind.append(first.have is None or first.have.revision < panel.revision)
        panel.commit(objects.user("alice@contoso.test", enabled=False, pool=1, policy=None))
        panel.in_force()
        assert says() == "user-disabled"
        panel.wait_for(calm)
    assert any(behind), "it was never killed before it had applied"


def wrong_hash(panel: Panel) -> bytes:
    return panel.full().replace(b'"xmpp":false', b'"xmpp":true', 1)


def truncated(panel: Panel) -> bytes:
    return panel.full()[:-30]


def from_another_panel(panel: Panel) -> bytes:
    return panel.full().replace(b'"the-panel"', b'"another"')


def for_another_gateway(panel: Panel) -> bytes:
    return panel.full().replace(b'"gw.contoso.test"', b'"gw2.contoso.test"')


def older(panel: Panel) -> bytes:
    return b"".join(wire.encode(wire.Header(panel.identity, panel.gateway, 0, "0" * 64, 0, 0), []))


def rubbish(_panel: Panel) -> bytes:
    return b"<html>It works!</html>\n"


@pytest.mark.parametrize(
    "answer", [wrong_hash, truncated, from_another_panel, for_another_gateway, older, rubbish]
)
def test_a_bad_answer_leaves_the_last_good_rules_in_force(
    panel: Panel, made: Prosody, says: Callable[[], str], answer: Callable[[Panel], bytes]
) -> None:
    with panel.serving():
        made.start()
        panel.in_force()
        panel.fault = lambda _request: (200, answer(panel))
        panel.commit(objects.user("alice@contoso.test", enabled=False, pool=1, policy=None))
        panel.wait_for(alarmed("document-refused"))
        assert says() == "delivered"
        panel.fault = None
        panel.in_force()
        assert says() == "user-disabled"
        panel.wait_for(calm)


def test_changes_that_lead_elsewhere_are_answered_by_asking_for_everything(
    panel: Panel, made: Prosody, says: Callable[[], str]
) -> None:
    with panel.serving():
        made.start()
        panel.in_force()
        with panel.changed:
            panel.objects["user:alice@contoso.test"] = {"enabled": False, "policy": None, "pool": 1}
        panel.commit(objects.user("x@contoso.test", enabled=True, pool=1, policy=None))
        panel.wait_for(lambda r: r.everything)
        panel.in_force()
        assert says() == "user-disabled"


def test_a_wrong_secret_is_reported_and_a_right_one_is_taken(
    panel: Panel, made: Prosody, says: Callable[[], str]
) -> None:
    with panel.serving():
        made.start()
        panel.in_force()
        panel.secret = "replaced"
        panel.commit(objects.user("x@contoso.test", enabled=True, pool=1, policy=None))
        while "secret-refused" not in made.log():
            time.sleep(0.02)
        panel.commit(objects.user("alice@contoso.test", enabled=False, pool=1, policy=None))
        assert says() == "delivered"
        panel.secret = SECRET
        panel.wait_for(alarmed("secret-refused"))
        panel.in_force()
        assert says() == "user-disabled"


def test_rules_that_nobody_confirms_any_more_expire(
    panel: Panel, made: Prosody, says: Callable[[], str]
) -> None:
    made.extra = gateway_options(panel.port, federation_control_max_age=6, federation_control_wait=1)
    with panel.serving():
        made.start()
        panel.in_force()
        time.sleep(7)
        assert says() == "delivered"
    until(lambda: says() == "no-snapshot")
    seen = len(panel.requests)
    with panel.serving():
        panel.wait_for(calm, 40, after=seen)
        assert says() == "delivered"


def test_the_gateway_tells_which_of_our_domains_it_has(panel: Panel, made: Prosody) -> None:
    with panel.serving():
        made.start()
        panel.wait_for(
            lambda r: sorted(r.report.get("hosts") or ()) == ["contoso.test", "sales.contoso.test"]
        )
        panel.commit(drop=("domain:sales.contoso.test",))
        panel.wait_for(lambda r: r.report.get("hosts") == ["contoso.test"])
        panel.commit(drop=("domain:contoso.test",))
        panel.wait_for(lambda r: r.report.get("hosts") in ([], {}))


def test_rules_of_another_history_hold_until_they_expire(
    panel: Panel, made: Prosody, says: Callable[[], str]
) -> None:
    made.extra = gateway_options(panel.port, federation_control_max_age=6, federation_control_wait=1)
    with panel.serving():
        made.start()
        panel.in_force()
        panel.fault = lambda _request: (409, b"")  # as the panel answers after it was restored
        panel.commit(objects.user("dave@contoso.test", enabled=False, pool=1, policy=None))
        panel.wait_for(alarmed("another-history"))
        assert says() == "delivered"
        until(lambda: says() == "no-snapshot")
        seen, panel.fault = len(panel.requests), None
        panel.wait_for(calm, 40, after=seen)
        assert says() == "delivered"


def test_a_thousand_commits_in_a_burst_end_with_the_last_in_force(
    panel: Panel, made: Prosody, says: Callable[[], str]
) -> None:
    with panel.serving():
        made.start()
        panel.in_force()
        for number in range(1000):
            panel.commit(objects.user("alice@contoso.test", enabled=number % 2 == 0, pool=1, policy=None))
        panel.in_force()
        assert says() == "user-disabled"
        assert calm(panel.requests[-1])


def test_a_panel_that_comes_and_goes_is_found_again(panel: Panel, made: Prosody) -> None:
    with panel.serving():
        made.start()
        panel.in_force()
    for _ in range(4):
        panel.commit(objects.user("x@contoso.test", enabled=True, pool=1, policy=None))
        with panel.serving():
            panel.in_force(40)


@pytest.mark.parametrize(
    "file", ["mod_federation_control.lua", "negotiation.lib.lua", "gate.lib.lua", "rules.lib.lua"]
)
def test_a_module_that_does_not_load_means_no_streams_at_all(
    panel: Panel, made: Prosody, says: Callable[[], str], file: str
) -> None:
    broken = made.folder / "modules/mod_federation_control" / file
    broken.write_text(broken.read_text() + "\nthis is not Lua\n")
    with panel.serving():
        made.start()
        assert "Communication with remote domains is not enabled" in says()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", made.s2s), 1)
