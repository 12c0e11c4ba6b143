"""A file that asks for hours of password hashing is refused before any is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.x509 import asn1
from federation.x509.findings import Refusal
from federation.x509.rounds import MOST_ROUNDS, asked
from tests.x509.test_reading import PASSWORD, pfx, refusal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.x509.conftest import Chain


@pytest.mark.parametrize("constructed", [False, True])
def test_a_pfx_whose_mac_asks_for_hours_is_refused_at_once(
    constructed: bool, chain: Chain, tmp_path: Path
) -> None:
    """OpenSSL takes a salt of one piece and a salt in pieces (X.690, 8.7.3)."""
    made = pfx(chain, tmp_path, "-iter", "2048")
    version, contents, mac = asn1.children(made, asn1.element(made))
    digest, salt, _rounds = (asn1.whole(made, part) for part in asn1.children(made, mac))
    if constructed:
        salt = asn1.wrapped(0x24, salt)
    asks = asn1.wrapped(asn1.SEQUENCE, digest + salt + b"\x02\x04\x7f\xff\xff\xff")
    costly = asn1.wrapped(asn1.SEQUENCE, asn1.whole(made, version) + asn1.whole(made, contents) + asks)
    assert asked(costly) > MOST_ROUNDS  # first, or the next line would take hours
    assert refusal(costly, password=PASSWORD) is Refusal.TOO_MUCH_WORK
