"""Gateways on the support desk's pages: looked at by all who may see, changed through the services only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from controlpanel.accounts.rights import Right, Role
from controlpanel.audit.models import AuditEvent
from federation.gateway import services
from federation.gateway.models import Gateway
from federation.topology import services as topology
from tests.makers import MAKER, make_site
from tests.pages import Page
from tests.people import NO_ROLE, PEOPLE, SIGNED_OUT, client_of, with_right

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
DESK = "admin:gateway_gateway"


@pytest.fixture
def gateway() -> Gateway:
    made, _secret = services.create_gateway(
        name="xmpp1.contoso.com", site=make_site("Paris"), description="Old", actor=MAKER
    )
    return made


def here(gateway: Gateway, page: str = "change") -> str:
    return reverse(f"{DESK}_{page}", args=[gateway.pk])


def actions() -> list[str]:
    events = AuditEvent.objects.filter(action__startswith="gateway:").order_by("pk")
    return [action.rpartition(":")[2] for action in events.values_list("action", flat=True)]


def test_it_is_changed_with_its_domains_in_one_event(alice_client: Client, gateway: Gateway) -> None:
    domain = topology.create_domain(domain="contoso.com", actor=MAKER)
    form = Page(alice_client.get(here(gateway))).form("_save")
    form.fill(description="New", domains=str(domain.pk)).send(alice_client)
    changed = Gateway.objects.get()
    assert (changed.description, list(changed.domains.all())) == ("New", [domain])
    assert changed.secret_hash == gateway.secret_hash
    assert actions() == ["create", "change"]
    event = AuditEvent.objects.order_by("pk").last()
    assert event is not None
    assert event.actor_name == "alice"
    assert event.after == {"description": "New", "domains": ["contoso.com"]}


def test_a_name_that_is_none_is_refused(alice_client: Client, gateway: Gateway) -> None:
    form = Page(alice_client.get(here(gateway))).form("_save")
    form.fill(name="not a name", description="New").send(alice_client, follow=True)
    assert Gateway.objects.get().description == "Old"
    assert actions() == ["create"]


def test_somebody_else_s_change_is_not_overwritten(alice_client: Client, gateway: Gateway) -> None:
    form = Page(alice_client.get(here(gateway))).form("_save")
    services.change_gateway(gateway, description="Newer", actor=MAKER)
    page = Page(form.fill(description="New").send(alice_client, follow=True))
    assert "Somebody else changed this first" in page.text
    assert Gateway.objects.get().description == "Newer"


def test_it_is_removed_with_an_event(alice_client: Client, gateway: Gateway) -> None:
    Page(alice_client.get(here(gateway, "delete"))).form("post").send(alice_client)
    assert not Gateway.objects.exists()
    assert actions() == ["create", "delete"]


@pytest.mark.parametrize("who", sorted(with_right(Right.VIEW)))
def test_neither_secret_nor_hash_is_shown(gateway: Gateway, who: str) -> None:
    client = client_of(who)
    for address in (here(gateway), reverse(f"{DESK}_changelist")):
        text = client.get(address).content.decode()
        assert gateway.secret_hash not in text
        assert "secret_hash" not in text


def test_none_is_made_here(alice_client: Client) -> None:
    assert alice_client.get(reverse(f"{DESK}_add")).status_code == 403


@pytest.mark.parametrize("who", PEOPLE)
def test_doors(gateway: Gateway, who: str) -> None:
    client = client_of(who)
    sees, acts = who in with_right(Right.VIEW), who in with_right(Right.SECRETS)
    refused = 302 if who in {SIGNED_OUT, NO_ROLE} else 403
    for address in (here(gateway), reverse(f"{DESK}_changelist")):
        assert client.get(address).status_code == (200 if sees else refused)
    tried = {"name": "xmpp2.contoso.com", "site": gateway.site_id, "seen_version": gateway.version}
    assert client.post(here(gateway), tried).status_code == (302 if acts else refused)
    assert Gateway.objects.filter(name="xmpp2.contoso.com").exists() is acts
    if acts:
        Page(client.get(here(gateway, "delete"))).form("post").send(client)
    else:
        assert client.post(here(gateway, "delete"), {"post": "yes"}).status_code == refused
    assert Gateway.objects.exists() is not acts


@pytest.mark.parametrize("role", [Role.HELP_DESK, Role.USER_ADMINISTRATOR, Role.VIEW_ONLY])
def test_support_reads_without_a_button_to_save(gateway: Gateway, role: Role) -> None:
    text = client_of(role).get(here(gateway)).content.decode()
    assert "xmpp1.contoso.com" in text
    assert 'name="_save"' not in text
