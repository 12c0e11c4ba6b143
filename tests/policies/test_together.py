"""Administrators who commit at once, each on a connection of its own: both survive or one is told."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from controlpanel.accounts.rights import Role
from controlpanel.audit.actor import Actor
from controlpanel.audit.commits import Conflict, Gone
from controlpanel.audit.models import AuditEvent
from federation.policies import services
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology import services as topology
from federation.topology.models import Site
from tests.conftest import person, signed_in
from tests.makers import fresh, global_policy, make_policies, make_policy, make_site, make_site_policy
from tests.pages import Page
from tests.together import Meanwhile, together

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from controlpanel.accounts.models import Administrator

pytestmark = [pytest.mark.sql, pytest.mark.django_db(transaction=True)]
ALICE, DAVE = Actor("alice"), Actor("dave")


def test_of_two_commits_of_one_version_one_is_told(alice: Administrator) -> None:
    policy = make_policy("Sales")
    address = reverse("policies:details", args=[policy.pk])
    forms = []
    for description in ("First", "Second"):
        client = signed_in(alice)
        forms.append((client, Page(client.get(address)).form("Commit").fill(description=description)))

    answers = together([partial(form.send, client) for client, form in forms])

    assert sorted(answer.status_code for answer in answers if not isinstance(answer, BaseException)) == [
        302,
        409,
    ]
    won = next(form for (_, form), answer in zip(forms, answers, strict=True) if answer.status_code == 302)  # type: ignore[union-attr]
    stands = fresh(policy)
    assert (stands.description, stands.version) == (won.box("Description").value, 2)
    assert AuditEvent.objects.about(policy).count() == 2


def go_on(client: Client, policy: ExternalAccessPolicy, **values: Any) -> int:
    """Commit one's own change, and after each conflict go on from the page that came back."""
    form = Page(client.get(reverse("policies:details", args=[policy.pk]))).form("Commit").fill(**values)
    for tries in range(1, 20):
        answer = form.send(client)
        if answer.status_code == 302:
            return tries
        assert answer.status_code == 409
        form = Page(answer).form("Commit")
    raise AssertionError("never committed")


def test_everybody_who_goes_on_survives() -> None:
    policy = make_policy("Sales")
    changes: list[dict[str, Any]] = [
        {"description": "Ours"},
        {"federated": True},
        {"remote": True},
        {"public": True},
    ]
    clients = [signed_in(person(f"admin{number}", Role.ADMINISTRATOR)) for number in range(len(changes))]

    tries = together(
        [partial(go_on, client, policy, **change) for client, change in zip(clients, changes, strict=True)]
    )

    assert all(isinstance(number, int) for number in tries), tries
    stands = fresh(policy)
    assert (stands.description, stands.federated, stands.remote, stands.public) == ("Ours", True, True, True)
    assert stands.version == len(changes) + 1
    assert AuditEvent.objects.about(policy).count() == len(changes) + 1


def test_changes_by_command_all_survive() -> None:
    """Without a version each lays its own fields over what stands."""
    calls = [
        partial(services.change_policy, global_policy(), actor=ALICE, **change)
        for change in ({"federated": True}, {"remote": True}, {"public": True}, {"description": "x"})
    ]
    assert [each for each in together(calls) if isinstance(each, BaseException)] == []
    stands = global_policy()
    assert (stands.federated, stands.remote, stands.public, stands.description) == (True, True, True, "x")
    assert stands.version == 5


def test_a_version_is_compared_under_the_lock() -> None:
    moment, policy = Meanwhile(), global_policy()

    def first() -> object:
        with transaction.atomic():
            services.change_policy(policy, actor=ALICE, version=1, federated=True)
            moment.happened()
        return None

    def second() -> object:
        moment.wait()
        return services.change_policy(policy, actor=DAVE, version=1, remote=True)

    done, refused = together([first, second])
    assert done is None
    assert isinstance(refused, Conflict)
    assert (global_policy().federated, global_policy().remote) == (True, False)


def test_of_two_new_policies_with_one_name_one_is_refused() -> None:
    moment = Meanwhile()

    def first() -> object:
        with transaction.atomic():
            make_policy("Sales")
            moment.happened()
        return None

    def second() -> object:
        moment.wait()
        return make_policy("SALES")

    done, refused = together([first, second])
    assert done is None
    assert isinstance(refused, ValidationError), refused
    assert "exists already" in " ".join(refused.messages)
    assert ExternalAccessPolicy.objects.filter(scope=Scope.USER).count() == 1


def test_of_two_policies_for_one_site_one_is_refused() -> None:
    site = make_site("Paris")
    done = together([partial(make_site_policy, site), partial(make_site_policy, site)])
    refused = [each for each in done if isinstance(each, BaseException)]
    assert [type(each) for each in refused] == [ValidationError]
    assert ExternalAccessPolicy.objects.filter(site=site).count() == 1


def test_of_two_sites_renamed_to_one_name_one_is_refused() -> None:
    moment, paris, lyon = Meanwhile(), make_site("Paris"), make_site("Lyon")

    def first() -> object:
        with transaction.atomic():
            topology.change_site(paris, actor=ALICE, name="Lille")
            moment.happened()
        return None

    def second() -> object:
        moment.wait()
        return topology.change_site(lyon, actor=DAVE, name="LILLE")

    done, refused = together([first, second])
    assert done is None
    assert isinstance(refused, ValidationError), refused
    assert set(Site.objects.values_list("name", flat=True)) == {"Lille", "Lyon"}


def test_a_site_goes_or_gets_its_policy() -> None:
    site, moment = make_site("Paris"), Meanwhile()

    def first() -> object:
        with transaction.atomic():
            make_site_policy(site)
            moment.happened()
        return None

    def second() -> object:
        moment.wait()
        return topology.delete_sites([site], actor=DAVE)

    done, refused = together([first, second])
    assert done is None
    assert isinstance(refused, ValidationError), refused
    assert Site.objects.filter(pk=site.pk).exists()


def test_two_who_delete_the_same_policies_do_not_block_each_other() -> None:
    policies = make_policies(6)
    done = together(
        [
            partial(services.delete_policies, policies, actor=ALICE),
            partial(services.delete_policies, policies[::-1], actor=DAVE),
        ]
    )
    assert [type(each) for each in done if isinstance(each, BaseException)] == [Gone]
    assert (6, False) in done
    assert ExternalAccessPolicy.objects.count() == 1


def test_a_policy_is_deleted_or_changed() -> None:
    policy = make_policy("Sales")
    calls: list[Callable[[], object]] = [
        partial(services.delete_policies, [policy], actor=ALICE),
        partial(services.change_policy, policy, actor=DAVE, version=1, remote=True),
    ]
    done = together(calls)
    faults = [type(each) for each in done if isinstance(each, BaseException)]
    assert faults in ([Gone], [Conflict])
    assert ExternalAccessPolicy.objects.filter(pk=policy.pk).exists() is (faults == [Conflict])
