"""How much password hashing an encrypted file asks for, before any is done. Pure Python.

The file's maker chooses the rounds (RFC 8018, 5.2; RFC 7292, 4; scrypt: RFC 7914), and a few octets can ask
for hours. Salt and rounds stand in the clear: an OCTET STRING and, right behind it, an INTEGER. Of what an
encrypted part asks for nothing is seen here: opening.py bounds it.
"""

from __future__ import annotations

from itertools import takewhile
from math import prod

from federation.x509 import asn1
from federation.x509.findings import Refusal, Refused

#: About two seconds of work; OpenSSL writes 2048 rounds, Windows 2000, careful programs some 600,000.
MOST_ROUNDS = 5_000_000
#: A salt of one piece, or in pieces (X.690, 8.7.3), which OpenSSL takes as well.
SALTS = frozenset({asn1.OCTET_STRING, asn1.OCTET_STRING | 0x20})
#: No honest container has as many parts.
MOST_ELEMENTS = 50_000


def refuse_too_much_work(data: bytes) -> None:
    """Raise Refused(TOO_MUCH_WORK) if opening this PFX or encrypted key asks for more than MOST_ROUNDS."""
    if asked(data) > MOST_ROUNDS:
        raise Refused(Refusal.TOO_MUCH_WORK)


def asked(data: bytes) -> int:
    """The rounds all visible parameters ask for together; parts inside an encrypted part are not visible."""
    total = seen = 0
    pending = [(0, len(data), 0)]
    while pending:
        begin, stop, depth = pending.pop()
        try:
            found = list(asn1.elements(data, begin, stop))
        except asn1.Malformed:
            continue  # an OCTET STRING that holds no elements
        seen += len(found)
        if seen > MOST_ELEMENTS:
            raise Refused(Refusal.TOO_MUCH_WORK)
        total += _rounds(data, found)
        if depth < asn1.DEEPEST:
            pending += [
                (part.begin, part.stop, depth + 1)
                for part in found
                if part.tag & 0x20 or part.tag == asn1.OCTET_STRING
            ]
    return total


def _rounds(data: bytes, found: list[asn1.Element]) -> int:
    """Rounds that one sequence asks for: salt, rounds; or for scrypt salt, N, r, p."""
    for place, salt in enumerate(found):
        numbers = [
            int.from_bytes(asn1.contents(data, part)[:16], "big")
            for part in takewhile(lambda part: part.tag == asn1.INTEGER, found[place + 1 : place + 4])
        ]
        if salt.tag in SALTS and numbers:
            return prod(numbers) if len(numbers) == 3 else numbers[0]
    return 0
