"""An assigned certificate is announced at once, and given, sealed, to who shows the token."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from federation.certificates.models import Assignment
from federation.certificates.services import assignments, exporting, rotation
from federation.gateway import services as gateways
from federation.gateway.models import Gateway
from federation.gateway.sealing import NotSealedForUs, Purpose, unseal
from federation.gateway.secret import sealing_key, token
from federation.replication.assigned import HEADER
from federation.replication.models import Panel
from federation.x509 import masterkey
from tests.certificates.conftest import MAKER, Chain, chain, own_master_key, trusted
from tests.certificates.test_assignments import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tests.replication.conftest import Asker

__all__ = ["chain", "own_master_key", "trusted"]
pytestmark = [pytest.mark.sql, pytest.mark.django_db]


def told(asker: Asker) -> str | None:
    """Which certificate the answer names, after what changed is applied."""
    response = asker.send(asker.request())
    if response.status_code == 200:
        asker.apply(b"".join(response.streaming_content))
    return response.headers.get(HEADER)  # type: ignore[no-any-return]


def ask(asker: Asker, secret: str = "", **more: Any) -> Any:
    body = json.dumps(asker.request(report_only=True)).encode()
    headers = {"Authorization": f"Bearer {token(secret or asker.secret)}"}
    return asker.client.post(
        reverse("replication:certificate"), body, "application/json", headers=headers, **more
    )


def test_an_assignment_is_a_revision_and_every_answer_names_what_is_in_force(
    trusted: Chain, asker: Asker
) -> None:
    assert told(asker) is None
    first, second = make(trusted, "First"), make(trusted, "Second")
    assert asker.ask() == 204
    assignments.assign(first, actor=MAKER)
    assert asker.ask() == 200
    assert told(asker) == first.sha256.lower()

    planned = assignments.assign(second, actor=MAKER, use_from=timezone.now() + timedelta(days=1))
    assert asker.ask() == 200
    assert told(asker) == first.sha256.lower()
    assignments.call_off(planned, actor=MAKER)
    assert asker.ask() == 200

    assignments.assign(second, actor=MAKER)
    assert told(asker) == second.sha256.lower()
    assignments.put_back(actor=MAKER)
    assert told(asker) == first.sha256.lower()


def sealed_in(response: Any, asker: Asker, key: bytes) -> dict[str, str]:
    plain = unseal(response.content, key=key, gateway=asker.name, purpose=Purpose.CERTIFICATE)
    return json.loads(plain)  # type: ignore[no-any-return]


def test_it_is_sealed_with_a_key_of_who_asks(trusted: Chain, asker: Asker) -> None:
    assert ask(asker).status_code == 204
    assignments.assign(make(trusted, "First"), actor=MAKER)
    response = ask(asker)
    assert response.status_code == 200
    served = exporting.for_gateway(timezone.now())
    assert served
    told = {"bundle": served.bundle.decode(), "key": served.key.decode()}
    found = sealed_in(response, asker, sealing_key(asker.secret))
    assert {name: found[name] for name in told} == told


def test_a_recorded_exchange_opens_nothing(trusted: Chain, asker: Asker) -> None:
    """Whoever has all of the request and all of the answer, as a proxy has that ends the TLS."""
    assignments.assign(make(trusted, "First"), actor=MAKER)
    response = ask(asker)
    assert b"PRIVATE" not in response.content
    sent = response.wsgi_request
    recorded = [asker.token, asker.name, sent.headers["Authorization"], sent.body.decode()]
    recorded += [f"{name}: {value}" for name, value in {**sent.headers, **response.headers}.items()]
    assert not any(asker.secret in each for each in recorded)
    tries = [each.encode() for each in recorded] + [
        bytes.fromhex(asker.token),
        bytes.fromhex(asker.row.secret_hash),
    ]
    tries += [hashed(each) for each in tries] + [sealing_key(f"2.{asker.token}"), b""]
    for key in tries:
        with pytest.raises(NotSealedForUs):
            sealed_in(response, asker, key)


def hashed(text: bytes) -> bytes:
    return sha256(text).digest()


def test_after_a_new_secret_the_old_one_opens_nothing_and_gets_nothing(trusted: Chain, asker: Asker) -> None:
    assignments.assign(make(trusted, "First"), actor=MAKER)
    old = asker.secret
    asker.row, asker.secret = gateways.replace_secret(asker.row, actor=MAKER)
    assert ask(asker, old).status_code == 401
    response = ask(asker)
    assert sealed_in(response, asker, sealing_key(asker.secret))
    with pytest.raises(NotSealedForUs):
        sealed_in(response, asker, sealing_key(old))


def test_a_gateway_from_before_there_were_sealing_keys_gets_the_rules_and_is_told_of_no_certificate(
    trusted: Chain, asker: Asker
) -> None:
    asker.secret = "made-before"
    Gateway.objects.update(secret_hash=hashed(b"made-before").hex(), sealing_key=b"")
    assignments.assign(make(trusted, "First"), actor=MAKER)
    assert asker.ask() == 200
    assert told(asker) is None
    assert ask(asker).status_code == 409


def lose_the_master_key() -> None:
    settings.MASTER_KEY_FILE.unlink()


def get_another_master_key() -> None:
    settings.MASTER_KEY_FILE.unlink()
    masterkey.load_or_make(settings.MASTER_KEY_FILE)


def damage_the_sealing_key() -> None:
    row = Gateway.objects.get()
    Gateway.objects.update(sealing_key=bytes(row.sealing_key)[:-1] + b"?")


@pytest.mark.parametrize("fault", [lose_the_master_key, get_another_master_key, damage_the_sealing_key])
def test_what_cannot_be_opened_is_no_certificate_and_breaks_nothing_else(
    trusted: Chain, asker: Asker, fault: Callable[[], None]
) -> None:
    assignments.assign(make(trusted, "First"), actor=MAKER)
    fault()
    assert ask(asker).status_code == 503
    assert asker.ask() == 200
    assert asker.ask() == 204


def test_without_the_master_key_a_new_secret_gets_the_rules_and_no_certificate(
    trusted: Chain, asker: Asker
) -> None:
    assignments.assign(make(trusted, "First"), actor=MAKER)
    lose_the_master_key()
    asker.row, asker.secret = gateways.replace_secret(asker.row, actor=MAKER)
    assert not asker.row.can_unseal
    assert asker.ask() == 200
    assert ask(asker).status_code == 409


def test_the_order_grows_with_every_assignment_and_with_what_gateways_are_to_follow(
    trusted: Chain, asker: Asker
) -> None:
    orders = []

    def note() -> None:
        orders.append(sealed_in(ask(asker), asker, sealing_key(asker.secret))["order"])

    first, second = make(trusted, "First"), make(trusted, "Second")
    for row in (first, second, first):
        assignments.assign(row, actor=MAKER)
        note()
    assignments.put_back(actor=MAKER)
    note()
    Panel.objects.update(floor=9_999_999_999)  # after a restore, once gateways follow
    Assignment.objects.update(use_from=timezone.now() - timedelta(days=90))
    note()
    assert orders == sorted(set(orders))
    assert sealed_in(ask(asker), asker, sealing_key(asker.secret))["order"] == orders[-1]


def test_a_new_master_key_reaches_the_sealing_keys(trusted: Chain, asker: Asker) -> None:
    assignments.assign(make(trusted, "First"), actor=MAKER)
    assert rotation.rotate_master_key(actor=MAKER) == 2
    assert masterkey.load(settings.MASTER_KEY_FILE).previous == ()
    assert sealed_in(ask(asker), asker, sealing_key(asker.secret))


def test_without_the_secret_or_in_the_open_nobody_gets_it(trusted: Chain, asker: Asker) -> None:
    assignments.assign(make(trusted, "First"), actor=MAKER)
    assert ask(asker, secret="wrong").status_code == 401
    assert ask(asker, REMOTE_ADDR="192.0.2.7").status_code == 421
    assert ask(asker, REMOTE_ADDR="192.0.2.7", secure=True).status_code == 200


@pytest.mark.parametrize("name", ["X_FORWARDED_FOR", "X_FORWARDED_PROTO", "FORWARDED", "X_REAL_IP", "VIA"])
def test_a_proxy_on_the_same_machine_that_was_asked_in_the_open_gets_it_for_nobody(
    trusted: Chain, asker: Asker, name: str
) -> None:
    assignments.assign(make(trusted, "First"), actor=MAKER)
    assert ask(asker, REMOTE_ADDR="127.0.0.1").status_code == 200
    assert ask(asker, REMOTE_ADDR="127.0.0.1", **{f"HTTP_{name}": "192.0.2.7"}).status_code == 421
    assert ask(asker, REMOTE_ADDR="", **{f"HTTP_{name}": "192.0.2.7"}, secure=True).status_code == 200
