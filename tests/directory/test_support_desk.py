"""Users and pools in the Django admin: it looks at everything, and writes through the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from controlpanel.accounts.rights import Role
from controlpanel.audit.models import AuditEvent
from federation.directory import services
from federation.directory.models import User
from federation.topology.models import Pool
from tests.conftest import person, signed_in
from tests.makers import MAKER, known, make_policy, make_pool, make_site, make_user, make_users
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
LIST = "admin:directory_user_changelist"


def last() -> AuditEvent:
    """The newest event."""
    return AuditEvent.objects.order_by("-pk")[0]


def test_a_user_is_made_changed_and_removed_with_events(alice_client: Client) -> None:
    pool = make_pool()
    form = Page(alice_client.get(reverse("admin:directory_user_add"))).form("_save")
    form.fill(address="SIP:Dora@contoso.com", display_name="Dora", pool=str(pool.pk), enabled=True)
    page = Page(form.send(alice_client, follow=True))
    assert "was added successfully" in page.text
    user = User.objects.get(address="dora@contoso.com")
    assert (last().action, last().actor_name) == ("directory:user:create", "alice")

    address = reverse("admin:directory_user_change", args=[user.pk])
    Page(alice_client.get(address)).form("_save").fill(department="Sales").send(alice_client)
    assert (known(user).department, last().after) == ("Sales", {"department": "Sales"})

    services.change_user(user, actor=MAKER, policy=make_policy("Sales"))
    Page(alice_client.get(reverse("admin:directory_user_delete", args=[user.pk]))).form("post").send(
        alice_client
    )
    assert not User.objects.exists()
    assert (last().action, last().actor_name) == ("directory:users:remove", "alice")


@pytest.mark.parametrize("typed", ["dora", "DORA@contoso.com"])
def test_what_a_service_refuses_is_said(alice_client: Client, typed: str) -> None:
    make_user("dora@contoso.com")
    form = Page(alice_client.get(reverse("admin:directory_user_add"))).form("_save")
    form.fill(address=typed, display_name="Dora", pool=str(Pool.objects.get().pk))
    page = Page(form.send(alice_client, follow=True))
    assert "exists already" in page.text or "Type the whole address" in page.text
    assert User.objects.count() == 1


def test_a_user_administrator_changes_users_and_no_pool() -> None:
    client = signed_in(person("ute", Role.USER_ADMINISTRATOR))
    user = make_user()
    address = reverse("admin:directory_user_change", args=[user.pk])
    Page(client.get(address)).form("_save").fill(department="Sales").send(client)
    assert known(user).department == "Sales"
    assert client.get(reverse("admin:topology_pool_add")).status_code == 403


def test_the_list_finds_by_prefix_and_costs_the_same(bob_client: Client) -> None:
    make_users(3, policy=make_policy("Sales"))
    counts = []
    for extra in (0, 97):
        make_users(extra, name="Other", policy=make_policy(f"Policy {extra}"))
        bob_client.get(reverse(LIST))
        with CaptureQueriesContext(connection) as asked:
            page = Page(bob_client.get(reverse(LIST), {"q": "user00"}))
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert "user001@contoso.com" in page.text
    assert "other001@contoso.com" not in page.text


def test_a_pool_is_made_and_one_in_use_stays(alice_client: Client) -> None:
    site = make_site("Paris")
    form = Page(alice_client.get(reverse("admin:topology_pool_add"))).form("_save")
    form.fill(fqdn="Pool01.contoso.com", site=str(site.pk)).send(alice_client)
    pool = Pool.objects.get()
    assert (pool.fqdn, last().action) == ("pool01.contoso.com", "topology:pool:create")
    make_user("dora@contoso.com", pool)
    alice_client.post(reverse("admin:topology_pool_delete", args=[pool.pk]), {"post": "yes"})
    assert Pool.objects.count() == 1
