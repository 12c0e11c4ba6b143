"""Findings are said once, the worst first, however many there are."""

from __future__ import annotations

import time

from federation.x509.findings import Code, error, in_order, info, warning


def test_the_worst_comes_first_and_nothing_twice() -> None:
    first, second = warning(Code.DOMAIN_UNREQUESTED, domain="a"), warning(Code.DOMAIN_UNREQUESTED, domain="b")
    again = warning(Code.DOMAIN_UNREQUESTED, domain="a")
    bad, note = error(Code.NO_NAMES, common_name=""), info(Code.DOMAIN_UNREQUESTED, domain="a")
    assert in_order([note, first, second, again, bad, note]) == (bad, first, second, note)


def test_ten_thousand_findings_are_put_in_order_at_once() -> None:
    found = [error(Code.WILDCARD_REFUSED, name=f"*.{number}.example") for number in range(10_000)]
    begin = time.process_time()
    assert len(in_order(found * 2)) == 10_000
    assert time.process_time() - begin < 2
