"""Services and the support desk hold what was agreed to, as the panel does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from controlpanel.audit import commits, tallies
from federation.directory import services as users
from federation.directory.models import User
from federation.domains import services as domains
from federation.domains.models import FederatedDomain
from federation.gateway import services as gateways
from federation.gateway.models import Gateway
from federation.partners import services as partners
from federation.partners.models import Partner
from federation.policies import services as policies
from federation.policies.models import ExternalAccessPolicy
from federation.providers import services as providers
from federation.providers.models import FederatedProvider
from federation.topology import services as topology
from federation.topology.models import LocalDomain, Pool, Site
from tests.makers import MAKER, make_policy, make_pool, make_site, make_user, make_users
from tests.pages import Page
from tests.shell.questions import CASES, edited, fresh, gone

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

SERVICES: dict[str, Callable[[Any], Any]] = {
    "policy": lambda row: policies.delete_policies([row], actor=MAKER),
    "global": lambda row: policies.delete_policies([row], actor=MAKER),
    "partner": lambda row: partners.delete_partners([row], actor=MAKER),
    "provider": lambda row: providers.delete_providers([row], actor=MAKER),
    "domain": lambda row: domains.delete_domains([row], actor=MAKER),
    "site": lambda row: topology.delete_sites([row], actor=MAKER),
    "pool": lambda row: topology.delete_pools([row], actor=MAKER),
    "local domain": lambda row: topology.delete_domains([row], actor=MAKER),
    "gateway": lambda row: gateways.delete_gateways([row], actor=MAKER),
}


@pytest.mark.parametrize("name", SERVICES)
def test_services_delete_only_what_their_caller_saw(name: str) -> None:
    row = CASES[name].make()
    CASES[name].change(row)
    with pytest.raises(commits.Conflict):
        SERVICES[name](row)
    assert not gone(row)
    SERVICES[name](fresh(row))


def test_services_of_many_compare_the_tally() -> None:
    make_users(3)
    everybody, sales = User.objects.all(), make_policy("Sales")
    seen, assigned = tallies.tally(everybody), tallies.tally(everybody, users.ASSIGNED)
    edited(everybody[0])
    with pytest.raises(commits.Changed):
        users.set_enabled(everybody, False, seen=seen, actor=MAKER)
    with pytest.raises(commits.Changed):
        users.remove_users(everybody, seen=seen, actor=MAKER)
    with pytest.raises(commits.Changed):
        users.assign_policy(everybody, sales, seen=assigned, actor=MAKER)
    assert User.objects.filter(enabled=True, assignment=None).count() == 3


ADMIN = {
    "policy": ExternalAccessPolicy, "partner": Partner, "provider": FederatedProvider,
    "domain": FederatedDomain, "site": Site, "pool": Pool, "local domain": LocalDomain, "gateway": Gateway,
    "remove": User,
}  # fmt: skip


def desk(model: type[Model], page: str, *keys: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=keys)


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("name", ADMIN)
def test_the_support_desk_asks_again_too(alice_client: Client, name: str, several: bool) -> None:
    case, model = CASES[name], ADMIN[name]
    row = case.make()
    if several:
        chosen = {"action": "delete_selected", "_selected_action": [row.pk]}
        page = Page(alice_client.post(desk(model, "changelist"), chosen))
    else:
        page = Page(alice_client.get(desk(model, "delete", row.pk)))
    case.change(row)
    page = Page(page.form("post").send(alice_client))
    assert page.status == 409
    assert f"“{fresh(row)}” was changed by" in page.text
    assert not gone(row)
    assert page.form("post").send(alice_client).status_code == 302
    assert gone(row)


def test_the_support_desk_says_who_falls_back(alice_client: Client) -> None:
    site = make_site("Paris")
    policy = policies.create_site_policy(site=site, actor=MAKER)
    page = Page(alice_client.get(desk(ExternalAccessPolicy, "delete", policy.pk)))
    assert "No user is governed, so nobody falls back." in page.text
    make_user("dora@contoso.com", make_pool("p.contoso.com", site))
    page = Page(page.form("post").send(alice_client))
    assert (page.status, gone(policy)) == (409, False)
    assert "New: 1 user to Global" in page.texts("li")
    assert page.form("post").send(alice_client).status_code == 302
    assert gone(policy)
