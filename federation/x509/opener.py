"""The child of opening.py: opens what it is asked to, one line of JSON after the other, within its limits.

What breaks a limit is ended by the kernel. The child also ends with the thread that waits for its answer.
"""

from __future__ import annotations

import base64
import ctypes
import json
import resource
import signal
import sys
from contextlib import suppress
from typing import Any

from cryptography.exceptions import InternalError
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from federation.x509.findings import Refusal, Refused
from federation.x509.keys import (
    MOST_OCTETS,
    PrivateKey,
    encrypted_pem_key,
    key_from_der,
    known_kind,
    private_octets,
)
from federation.x509.library import refused_as

#: Seconds of a processor: some 5,000,000 rounds, where careful programs write 600,000 for each part.
MOST_PROCESSOR_SECONDS = 1.25
#: Octets. Of scrypt 128 MiB are much.
MOST_MEMORY = 512 * 1024 * 1024
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Answer until nobody asks."""
    _limit()
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(json.dumps(_answer(json.loads(line))).encode("ascii") + b"\n")
        sys.stdout.buffer.flush()


def _limit() -> None:
    with suppress(OSError, AttributeError):  # not Linux: the limit of time ends it too
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for limit, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, 3 + int(MOST_PROCESSOR_SECONDS)),  # in case the timer were held up
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, MOST_PROCESSOR_SECONDS)


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        certificates, key = _opened(asked, base64.b64decode(asked["data"]))
        told = private_octets(key) if key else b""
        if len(told) > MOST_OCTETS:
            raise Refused(Refusal.KEY_KIND_REFUSED)
    except Refused as refused:
        return {"refused": refused.code.value, "params": refused.params}
    except (MemoryError, InternalError):  # the library's own word for memory that it did not get
        return {"refused": Refusal.TOO_MUCH_WORK.value, "params": {}}
    return {"certificates": [_text(each) for each in certificates], "key": _text(told)}


def _opened(asked: dict[str, Any], data: bytes) -> tuple[list[bytes], PrivateKey | None]:
    match asked["kind"]:
        case "pfx":
            found = opened_pfx(data, asked["password"])
            held = [each for each in (found.cert, *found.additional_certs) if each is not None]
            certificates = [each.certificate.public_bytes(Encoding.DER) for each in held]
            return certificates, None if found.key is None else known_kind(found.key)
        case "der":
            return [], key_from_der(data, asked["password"])
    return [], encrypted_pem_key(asked["label"], data, asked["password"])


def opened_pfx(der: bytes, password: str) -> pkcs12.PKCS12KeyAndCertificates:
    """An empty password may mean none (RFC 7292, B.1): both are tried. Raises Refused."""
    wrong = Refusal.PASSWORD_WRONG if password else Refusal.PASSWORD_NEEDED
    for attempt in (password.encode(errors="replace"),) if password else (b"", None):
        try:
            with refused_as(wrong, unsupported=Refusal.KEY_CIPHER_UNKNOWN):
                return pkcs12.load_pkcs12(der, attempt)
        except Refused as refused:
            if refused.code is not wrong:
                raise
    raise Refused(wrong) from None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


if __name__ == "__main__":
    main()
