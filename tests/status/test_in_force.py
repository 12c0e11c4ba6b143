"""What the message bar says of a commit: on how many gateways it is in force."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from federation.gateway.models import Report
from federation.replication import services
from federation.replication.models import Revision
from tests.makers import global_policy
from tests.pages import Page
from tests.status.test_status import commit, make_gateway, of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def fragment(client: Client, number: int) -> str:
    return client.get(reverse("status:in-force", args=[number])).content.decode()


def has(number: int, revision: int, after: float = 0.4) -> None:
    """Gateway ``number`` reported ``revision`` so many seconds after it was published."""
    moment = Revision.objects.get(number=revision).at + timedelta(seconds=after)
    name = f"xmpp{number}.contoso.test"
    Report.objects.filter(gateway__name=name).update(
        revision=revision, revision_seen_at=moment, seen_at=moment
    )


def test_it_asks_again_until_all_have_it_and_then_says_how_long_it_took(bob_client: Client) -> None:
    number = services.publish().number
    for n in range(3):
        make_gateway(f"xmpp{n}.contoso.test", revision=number)
    latest = commit()
    has(0, latest, 0.2)
    assert "In force on 1 of 3 gateways …" in (text := fragment(bob_client, latest))
    assert "hx-get" in text
    assert "behind" not in text
    has(1, latest, 0.3)
    has(2, latest, 0.4)
    text = fragment(bob_client, latest)
    assert "In force on 3 of 3 gateways after 0.4 s." in text
    assert "hx-get" not in text


def test_it_warns_and_names_who_is_behind_after_a_while_and_gives_up_at_last(bob_client: Client) -> None:
    make_gateway("xmpp0.contoso.test", revision=services.publish().number)
    latest = commit()
    Revision.objects.filter(number=latest).update(
        at=Revision.objects.get(number=latest).at - timedelta(seconds=9)
    )
    assert "behind: xmpp0.contoso.test" in (text := fragment(bob_client, latest))
    assert "hx-get" in text
    Revision.objects.filter(number=latest).update(
        at=Revision.objects.get(number=latest).at - timedelta(hours=1)
    )
    assert "hx-get" not in fragment(bob_client, latest)


def test_a_gateway_that_decides_by_its_disk_does_not_count_as_reached(bob_client: Client) -> None:
    make_gateway("xmpp0.contoso.test", revision=services.publish().number, status="disk")
    latest = commit()
    has(0, latest)
    assert "In force on 0 of 1" in fragment(bob_client, latest)


@pytest.mark.parametrize("other", [{"revision": 501}, {"state_hash": "0" * 64}, {"panel": "another"}])
def test_a_gateway_that_runs_another_history_does_not_count_as_reached(
    bob_client: Client, other: dict[str, Any]
) -> None:
    latest = services.publish()
    gateway = make_gateway(**of(latest))
    assert "In force on 1 of 1" in fragment(bob_client, latest.number)
    Report.objects.filter(gateway=gateway).update(**other)
    assert "In force on 0 of 1" in fragment(bob_client, latest.number)


@pytest.mark.django_db(transaction=True)
def test_the_message_after_commit_carries_it(alice_client: Client) -> None:
    make_gateway(revision=services.publish().number)
    form = Page(alice_client.get(reverse("policies:details", args=[global_policy().pk]))).form("Commit")
    answer = form.fill(federated=True).send(alice_client)
    text = alice_client.get(answer["Location"]).content.decode()
    assert f'hx-get="{reverse("status:in-force", args=[services.publish().number])}"' in text


@pytest.mark.django_db(transaction=True)
def test_without_gateways_the_message_says_nothing_of_them(alice_client: Client) -> None:
    form = Page(alice_client.get(reverse("policies:details", args=[global_policy().pk]))).form("Commit")
    answer = form.fill(federated=True).send(alice_client)
    assert "in-force" not in alice_client.get(answer["Location"]).content.decode()
