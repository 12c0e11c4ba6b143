"""What a gateway says of itself is cut down to what the panel believes, whatever it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from federation.gateway.reports import MOST, NO_SNAPSHOT, read

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = st.sampled_from(
    ["at", "status", "module", "started", "counters", "refused", "passed", "alarms", "refusals", "streams",
     "remote", "direction", "code", "since", "count",
     "kind", "group-chat", "inbound", "local", "streams_total"]
)  # fmt: skip
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["live", "inbound"])
)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=20)


@given(st.dictionaries(NAMES, values))
@example({"started": 253402300800, "streams": [{"remote": "a", "direction": "inbound", "since": 1e15}]})
def test_any_report_is_read(report: dict[str, Any]) -> None:
    told = read(report, NOW)
    assert told.report["status"] in {"live", "disk", "expired", "none"}
    assert 0 <= told.report["refusals_dropped"] <= MOST
    assert all(each["direction"] in {"inbound", "outbound"} for each in (*told.streams, *told.refusals))
    assert len(told.streams_mark) == 64


def test_what_is_refused_for_want_of_rules_is_told_and_counted() -> None:
    refusal = {"code": NO_SNAPSHOT, "direction": "outbound", "local": "alice@contoso.test", "count": 7}
    told = read({"refusals": [refusal], "counters": {"refused": {NO_SNAPSHOT: 7, "made-up": 1}}}, NOW)
    assert [(each["code"], each["count"]) for each in told.refusals] == [("no-snapshot", 7)]
    assert told.report["counters"]["refused"] == {"no-snapshot": 7}


def test_times_far_ahead_are_no_times() -> None:
    assert read({"started": NOW.timestamp() + 90_000}, NOW).report["started"] is None
    assert read({"started": NOW.timestamp() + 60}, NOW).report["started"] is not None
