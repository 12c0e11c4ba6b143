"""On a stream that serves several remote domains, each one's own record counts."""

from __future__ import annotations

from tests.gateway.lua import run


def test_a_domain_loses_a_stream_that_was_authenticated_as_its_record_does_not_allow() -> None:
    assert run("streams.lua") == "bykey.test first.test same.test\n"
