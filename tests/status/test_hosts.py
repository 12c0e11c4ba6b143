"""The domains that a gateway is said to serve, against the hosts that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from federation.gateway import services as gateways
from federation.replication import services
from federation.status import srv
from federation.status.standing import stands
from federation.topology import services as topology
from tests.makers import MAKER
from tests.pages import Page
from tests.replication.conftest import Asker, asker, no_thread_left
from tests.status.test_home import home
from tests.status.test_status import make_gateway, of, status_of

if TYPE_CHECKING:
    from django.test import Client

    from federation.gateway.models import Gateway
    from federation.topology.models import LocalDomain

__all__ = ["asker", "no_thread_left"]
pytestmark = pytest.mark.django_db
STEP = "Add the XMPP gateways, and let each report"


@pytest.fixture
def ours() -> list[LocalDomain]:
    names = ("contoso.example", "contoso.test")
    return [topology.create_domain(domain=name, actor=MAKER) for name in names]


def with_hosts(has: list[str] | None, *said: LocalDomain) -> Gateway:
    gateway = make_gateway(**of(services.publish()), hosts=has)
    gateways.change_gateway(gateway, domains=said, actor=MAKER)
    return type(gateway).objects.listed().get()


def details(client: Client, gateway: Gateway) -> str:
    return " ".join(Page(client.get(reverse("status:details", args=[gateway.pk]))).text.split())


def test_a_domain_that_it_is_said_to_serve_and_lacks_is_told(
    bob_client: Client, ours: list[LocalDomain]
) -> None:
    gateway = with_hosts(["contoso.test"], *ours)
    assert status_of(bob_client) == "Up to date lacks contoso.example"
    assert "contoso.test lacks contoso.example" in details(bob_client, gateway)
    assert [each.is_well for each in stands([gateway], timezone.now())] == [False]
    assert f"To do: {STEP} No gateway has contoso.example." in home(bob_client)


def test_a_host_that_nobody_said_is_told_and_is_no_fault(bob_client: Client, ours: list[LocalDomain]) -> None:
    gateway = with_hosts(["contoso.example", "contoso.test"], ours[1])
    assert status_of(bob_client) == "Up to date"
    assert "not said to serve contoso.example" in details(bob_client, gateway)
    assert [each.is_well for each in stands([gateway], timezone.now())] == [True]
    assert f"Done: {STEP}" in home(bob_client)


def test_of_one_of_which_nothing_is_said_what_it_has_is_believed(
    bob_client: Client, ours: list[LocalDomain]
) -> None:
    gateway = with_hosts(["contoso.test"])
    assert status_of(bob_client) == "Up to date"
    assert "lacks contoso" not in details(bob_client, gateway)
    assert [len(srv.needed(each)) for each in ours] == [0, 1]


@pytest.mark.parametrize("is_said", [True, False])
def test_before_it_tells_nothing_is_wrong(bob_client: Client, ours: list[LocalDomain], is_said: bool) -> None:
    gateway = with_hosts(None, *(ours if is_said else ()))
    assert status_of(bob_client) == "Up to date"
    assert "It has not told yet" in details(bob_client, gateway)
    assert [len(srv.needed(each)) for each in ours] == [1, 1]
    assert f"Done: {STEP}" in home(bob_client)


@pytest.mark.parametrize(
    "told, kept",
    [
        (["B.test", "a.test", 5, "", "a.test"], ["a.test", "b.test"]),
        ({}, []),
        (None, None),
        ("a.test", None),
        ({"a": 1}, None),
    ],
)
def test_what_it_tells_is_kept_as_names(asker: Asker, told: object, kept: list[str] | None) -> None:
    assert asker.ask(report={"hosts": told}) == 200
    assert type(asker.row).objects.get().report.hosts == kept
