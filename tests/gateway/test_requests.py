"""What a gateway sends is checked before anything believes it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from federation.gateway.requests import parse
from federation.gateway.wire import Malformed

HAVE = {"panel": "ab" * 16, "revision": 7, "hash": "0" * 64}
REQUEST = {"protocol": 1, "gateway": "xmpp1.contoso.test", "have": HAVE}


def test_a_request_is_read() -> None:
    read = parse(json.dumps(REQUEST).encode())
    assert read.have
    assert (read.gateway, read.have.revision, read.have.hash) == ("xmpp1.contoso.test", 7, "0" * 64)


@pytest.mark.parametrize(
    "change",
    [{"gateway": bad} for bad in ("", "\ud800", "\0", "é.test", "a b", "a\n", "x" * 254, None)]
    + [{"have": HAVE | {"hash": bad}} for bad in ("", "\ud800", "A" * 64, "0" * 63, "0" * 64 + "\n", None)]
    + [{"have": HAVE | {"panel": bad}} for bad in ("", "\ud800", "é", "x" * 65, None)]
    + [{"have": HAVE | {"revision": bad}} for bad in (10**30, -(10**30), True, 1.0, "1")],
)
def test_a_name_or_hash_that_cannot_be_one_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        parse(json.dumps(REQUEST | change).encode())
