"""An assigned certificate is announced at once, and given, sealed, to who knows the secret."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from federation.certificates.services import assignments, exporting
from federation.gateway.sealing import NotSealedForUs, unseal
from federation.replication.assigned import HEADER
from tests.certificates.conftest import MAKER, Chain, chain, own_master_key, trusted
from tests.certificates.test_assignments import make

if TYPE_CHECKING:
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
    headers = {"Authorization": f"Bearer {secret or asker.secret}"}
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


def test_it_is_sealed_with_the_secret_of_who_asks(trusted: Chain, asker: Asker) -> None:
    assert ask(asker).status_code == 204
    assignments.assign(make(trusted, "First"), actor=MAKER)
    response = ask(asker)
    assert response.status_code == 200
    assert b"PRIVATE" not in response.content
    found = json.loads(unseal(response.content, secret=asker.secret, gateway=asker.name))
    served = exporting.for_gateway(timezone.now())
    assert served
    assert found == {"bundle": served.bundle.decode(), "key": served.key.decode()}
    with pytest.raises(NotSealedForUs):
        unseal(response.content, secret="another", gateway=asker.name)


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
