"""Two keys follow from a gateway's secret; what is sealed with the one opens with nothing else."""

from __future__ import annotations

import pytest

from federation.gateway import secret
from federation.gateway.sealing import NotSealedForUs, Purpose, seal, unseal
from tests.gateway.lua import drive

KEY = bytes(range(32))


def test_the_token_and_the_sealing_key_have_nothing_in_common() -> None:
    made = secret.new()
    token, key = secret.token(made), secret.sealing_key(made)
    assert len(token) == 2 * len(key) == 64
    assert len({made, token, key.hex()}) == 3
    assert made not in token
    other = secret.new()
    assert token != secret.token(other)
    assert key != secret.sealing_key(other)


def test_a_secret_from_before_is_its_own_token_and_seals_nothing() -> None:
    assert secret.token("kJ3-_x") == "kJ3-_x"
    assert secret.sealing_key("kJ3-_x") == b""


def test_lua_derives_the_same() -> None:
    secrets = [secret.new(), "kJ3-_x", "2.", "2"]
    told = drive({"do": "keys", "secret": each} for each in secrets)
    assert told == [f"{secret.token(each)} {secret.sealing_key(each).hex()}" for each in secrets]


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 5000])
def test_lua_opens_what_python_sealed_and_nothing_else(length: int) -> None:
    plain = bytes(number % 256 for number in range(length))
    sealed = seal(plain, key=KEY, gateway="gw", purpose=Purpose.CERTIFICATE, nonce=b"n" * 16)
    assert unseal(sealed, key=KEY, gateway="gw", purpose=Purpose.CERTIFICATE) == plain
    changed = bytes([sealed[0] ^ 1]) + sealed[1:]
    tries = [
        (sealed, KEY, "gw", Purpose.CERTIFICATE),
        (changed, KEY, "gw", Purpose.CERTIFICATE),
        (sealed[:-1], KEY, "gw", Purpose.CERTIFICATE),
        (sealed, KEY[:-1] + b"x", "gw", Purpose.CERTIFICATE),
        (sealed, KEY, "g", Purpose.CERTIFICATE),
        (sealed, KEY, "gw", Purpose.DIALBACK),
    ]
    told = [
        {"do": "unseal", "sealed": s.hex(), "key": key.hex(), "gateway": gateway, "purpose": purpose}
        for s, key, gateway, purpose in tries
    ]
    assert drive(told) == [plain.hex(), *["not for us"] * 5]
    for text, key, gateway, purpose in tries[1:]:
        with pytest.raises(NotSealedForUs):
            unseal(text, key=key, gateway=gateway, purpose=purpose)
