"""The wire protocol: documents, their hash and their limits."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.gateway import objects, requests
from federation.gateway.wire import (
    LONGEST_LINE,
    Change,
    Header,
    Malformed,
    SetHash,
    canonical,
    coalesce,
    decode,
    encode,
    line,
    sort_key,
)

TEXT = st.characters(exclude_categories=["Cs"])
VISIBLE = st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"])
names = st.text(VISIBLE, min_size=1, max_size=12)
keys = st.builds("{}:{}".format, st.sampled_from(["user", "pool", "partner", "edge", "zebra"]), names)
scalars = st.none() | st.booleans() | st.integers() | st.text(TEXT)
values = st.dictionaries(st.text(TEXT), scalars | st.lists(scalars))
states = st.dictionaries(keys, values, max_size=8)


def header(state: dict[str, Any], lines: int, since: int | None = None) -> Header:
    total = SetHash.of(line(key, value) for key, value in state.items())
    return Header("panel", "gw.contoso.test", 7, total.hex, total.count, lines, since)


def document(state: dict[str, Any]) -> bytes:
    lines = [line(key, state[key]) for key in sorted(state, key=sort_key)]
    return b"".join(encode(header(state, len(lines)), lines))


@given(states)
def test_a_full_document_comes_back_as_it_was(state: dict[str, Any]) -> None:
    head, changes = decode(document(state))
    assert dict(changes) == state
    assert (head.count, head.lines, head.since) == (len(state), len(state), None)


@given(states)
def test_a_full_document_is_the_same_bytes_whatever_the_order(state: dict[str, Any]) -> None:
    assert document(state) == document(dict(reversed(state.items())))


@given(states, states)
def test_changes_lead_to_the_hash_of_the_later_state(before: dict[str, Any], after: dict[str, Any]) -> None:
    running = SetHash.of(line(key, value) for key, value in before.items())
    changes = [Change(key, after.get(key)) for key in before.keys() | after.keys()]
    for key, value in changes:
        running = running.drop(line(key, before[key])) if key in before else running
        running = running if value is None else running.put(line(key, value))
    assert running == SetHash.of(line(key, value) for key, value in after.items())


@given(states, states)
def test_different_states_have_different_hashes(one: dict[str, Any], other: dict[str, Any]) -> None:
    # Compared as JSON text: True == 1 in Python only.
    same = {k: canonical(v) for k, v in one.items()} == {k: canonical(v) for k, v in other.items()}
    assert (header(one, 0).hash == header(other, 0).hash) is same


@given(st.lists(st.builds(Change, keys, st.none() | values)))
def test_coalescing_keeps_the_last_word_on_each_key(changes: list[Change]) -> None:
    net = coalesce(changes)
    assert dict(net) == dict(changes)
    assert [change.key for change in net] == sorted({change.key for change in changes}, key=sort_key)


@given(states, st.data())
def test_a_truncated_document_is_refused(state: dict[str, Any], data: st.DataObject) -> None:
    body = document(state)
    cut = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(Malformed):
        decode(body[:cut])


@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_malformed(body: bytes) -> None:
    for parse in (decode, requests.parse):
        try:
            parse(body)
        except Malformed:
            continue


def test_canonical_json_is_sorted_without_spaces_in_utf8() -> None:
    assert canonical({"é": [1, None], "a": True}) == '{"a":true,"é":[1,null]}'


@pytest.mark.parametrize(
    "key, value",
    [
        ("user", {}),
        ("user:", {}),
        ("user:a b", {}),
        ("user:a\n", {}),
        ("USER:a", {}),
        ("user:" + "a" * 4000, {}),
        ("user:a", {"n": 1.5}),
        ("user:a", {"n": [float("nan")]}),
        ("user:a", {"n": "x" * LONGEST_LINE}),
    ],
)
def test_what_cannot_travel_is_refused_before_it_is_sent(key: str, value: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        line(key, value)


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": 2},
        {"kind": "other"},
        {"from": 3},
        {"kind": "changes"},
        {"hash": "00"},
        {"revision": -1},
        {"lines": 9_999_999},
        {"panel": None},
    ],
)
def test_a_header_that_is_not_ours_is_refused(change: dict[str, Any]) -> None:
    fields = json.loads(header({}, 0).encode())
    with pytest.raises(Malformed):
        decode(json.dumps(fields | change).encode() + b"\n")


def test_a_key_that_comes_twice_is_refused() -> None:
    head = header({}, 2)
    with pytest.raises(Malformed, match="twice"):
        decode(b"".join(encode(head, ["user:a {}", "user:a {}"])))


def test_a_full_document_removes_nothing() -> None:
    with pytest.raises(Malformed, match="removes"):
        decode(b"".join(encode(header({}, 1), ["user:a"])))


def test_objects_say_what_a_server_needs() -> None:
    lines = [
        line(*objects.edge(federation=True)),
        line(*objects.policy(1, federation=True, xmpp=False, default=True)),
        line(*objects.policy(2, federation=True, xmpp=True, site=4)),
        line(*objects.user("bob@contoso.test", enabled=True, pool=3, policy=None)),
    ]
    assert lines == [
        'edge:global {"federation":true}',
        'policy:1 {"federation":true,"scope":"global","site":null,"xmpp":false}',
        'policy:2 {"federation":true,"scope":"site","site":4,"xmpp":true}',
        'user:bob@contoso.test {"enabled":true,"policy":null,"pool":3}',
    ]


def test_a_request_says_what_the_gateway_has_and_how_long_it_waits() -> None:
    sent = {
        "protocol": 1,
        "gateway": "gw",
        "have": {"panel": "p", "revision": 3, "hash": "0" * 64},
        "wait": 3600,
    }
    got = requests.parse(json.dumps(sent).encode())
    assert (got.have, got.wait, got.report_only, got.report) == (
        requests.Have("p", 3, "0" * 64),
        55,
        False,
        {},
    )


@pytest.mark.parametrize(
    "change", [{"gateway": 1}, {"wait": -1}, {"wait": True}, {"have": []}, {"report": []}]
)
def test_a_request_that_is_not_ours_is_refused(change: dict[str, Any]) -> None:
    good = {"protocol": 1, "gateway": "gw", "have": None, "wait": 1, "report": {}}
    assert requests.parse(json.dumps(good).encode()).gateway == "gw"
    bad = good | change
    if bad["have"] == [] or bad["report"] == []:
        bad |= {"have": bad["have"] or ["x"] if "have" in change else None, "report": ["x"]}
    with pytest.raises(Malformed):
        requests.parse(json.dumps(bad).encode())
