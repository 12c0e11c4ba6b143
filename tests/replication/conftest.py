"""Gateways as the panel sees them, and the requests they send."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from federation.gateway import services, wire
from federation.gateway.models import Gateway
from federation.gateway.secret import token
from federation.replication import documents
from federation.replication.waiting import watch
from federation.topology.models import Site
from tests.makers import MAKER, make_site

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """The listening thread holds a connection to the database, which goes away after the test."""
    yield
    watch.stop()
    documents.forget()


class Asker:
    """A gateway that asks the endpoint, and applies what it gets as the protocol says."""

    def __init__(self, name: str = "xmpp1.contoso.test", client: Any = None) -> None:
        site = Site.objects.first() or make_site()
        self.row, self.secret = services.create_gateway(name=name, site=site, actor=MAKER)
        self.client = client or Client()
        self.have: dict[str, Any] | None = None
        self.objects: dict[str, Any] = {}

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def token(self) -> str:
        return token(self.secret)

    def send(self, body: bytes | dict[str, Any], secret: str | None = None) -> Any:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        credentials = f"Bearer {self.token if secret is None else token(secret)}"
        address = reverse("replication:exchange")
        return self.client.post(address, sent, "application/json", headers={"Authorization": credentials})

    def encoded(self, **more: Any) -> str:
        return json.dumps(self.request(**more))

    def credentials(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def request(self, **more: Any) -> dict[str, Any]:
        return {"protocol": 1, "gateway": self.name, "have": self.have, "wait": 0, "report": {}} | more

    def ask(self, **more: Any) -> int:
        """One exchange; returns the status, after what came is applied and its hash checked."""
        response = self.send(self.request(**more))
        if response.status_code == 200:
            self.apply(b"".join(response.streaming_content))
        return int(response.status_code)

    def apply(self, body: bytes) -> wire.Header:
        header, changes = wire.decode(body)
        if header.since is None:
            self.objects = {}
        else:
            assert self.have
            assert header.since == self.have["revision"]
        for key, value in changes:
            if value is None:
                del self.objects[key]
            else:
                self.objects[key] = value
        total = wire.SetHash.of(wire.line(*each) for each in self.objects.items())
        assert (total.hex, total.count) == (header.hash, header.count)
        self.have = {"panel": header.panel, "revision": header.revision, "hash": header.hash}
        return header


@pytest.fixture
def asker(db: None) -> Asker:
    return Asker()


def row_of(asker: Asker) -> Gateway:
    return Gateway.objects.listed().get(pk=asker.row.pk)
