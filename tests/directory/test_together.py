"""Those who assign, disable and delete at once: nothing dangles, and nobody blocks anybody for ever."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from controlpanel.audit.actor import Actor
from controlpanel.audit.commits import Gone
from controlpanel.audit.models import AuditEvent, EventMember
from federation.directory import services
from federation.directory.models import Assignment, User
from federation.policies import services as policies
from federation.policies.models import ExternalAccessPolicy
from federation.topology import services as topology
from tests.makers import known, make_policy, make_pool, make_user, make_users
from tests.together import Meanwhile, together

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.sql, pytest.mark.django_db(transaction=True)]
ALICE, DAVE = Actor("alice"), Actor("dave")


def test_a_policy_that_is_being_assigned_is_released_when_it_goes() -> None:
    sales, moment = make_policy("Sales"), Meanwhile()
    make_users(20)

    def assign() -> object:
        with transaction.atomic():
            services.assign_policy(User.objects.all(), sales, actor=ALICE)
            moment.happened()
        return None

    def delete() -> object:
        moment.wait()
        return policies.delete_policies([sales], actor=DAVE)

    assert together([assign, delete]) == [None, (1, False)]
    assert not Assignment.objects.exists()
    assert not ExternalAccessPolicy.objects.filter(pk=sales.pk).exists()
    assert AuditEvent.objects.get(action="directory:users:release").members_count == 20


def test_a_policy_that_is_going_is_not_assigned() -> None:
    sales, moment = make_policy("Sales"), Meanwhile()
    make_users(5)
    user = make_user("dora@contoso.com")

    def delete() -> object:
        with transaction.atomic():
            policies.delete_policies([sales], actor=DAVE)
            moment.happened()
        return None

    def assign() -> object:
        moment.wait()
        return services.assign_policy(User.objects.all(), sales, actor=ALICE)

    def assign_one() -> object:
        moment.wait()
        return services.change_user(user, actor=ALICE, policy=sales)

    done, many, one = together([delete, assign, assign_one])
    assert done is None
    assert isinstance(many, ValidationError), many
    assert isinstance(one, ValidationError), one
    assert not Assignment.objects.exists()


def test_two_who_assign_to_the_same_users_do_not_block_each_other() -> None:
    make_users(200)
    first, second = make_policy("First"), make_policy("Second")
    upwards, downwards = User.objects.order_by("pk"), User.objects.order_by("-pk")
    done = together(
        [
            partial(services.assign_policy, upwards, first, actor=ALICE),
            partial(services.assign_policy, downwards, second, actor=DAVE),
            partial(services.set_enabled, downwards, False, actor=DAVE),
        ]
    )
    assert [each for each in done if isinstance(each, BaseException)] == []
    assert Assignment.objects.count() == 200
    assert Assignment.objects.values("policy").distinct().count() == 1
    assert EventMember.objects.filter(event__action="directory:users:disable").count() == 200


def test_policies_go_while_one_user_changes_from_one_to_the_other() -> None:
    old, new = make_policy("Old"), make_policy("New")
    user = make_user("dora@contoso.com", policy=old)
    calls: list[Callable[[], object]] = [
        partial(policies.delete_policies, [old, new], actor=DAVE),
        partial(services.change_user, user, actor=ALICE, policy=new),
    ]
    done = together(calls)
    assert (2, False) in done
    assert all(isinstance(each, ValidationError) for each in done if isinstance(each, BaseException)), done
    assert known(user).policy is None


def test_a_pool_goes_or_gets_its_user() -> None:
    pool, moment = make_pool(), Meanwhile()

    def enable() -> object:
        with transaction.atomic():
            make_user("dora@contoso.com", pool)
            moment.happened()
        return None

    def delete() -> object:
        moment.wait()
        return topology.delete_pools([pool], actor=DAVE)

    done, refused = together([enable, delete])
    assert done is None
    assert isinstance(refused, ValidationError), refused
    assert "1 user" in " ".join(refused.messages)


def test_a_pool_that_is_going_takes_no_user() -> None:
    pool, moment = make_pool(), Meanwhile()

    def delete() -> object:
        with transaction.atomic():
            topology.delete_pools([pool], actor=DAVE)
            moment.happened()
        return None

    def enable() -> object:
        moment.wait()
        return make_user("dora@contoso.com", pool)

    done, refused = together([delete, enable])
    assert done is None
    assert isinstance(refused, ValidationError | Gone), refused
    assert not User.objects.exists()


def test_of_two_users_with_one_address_one_is_refused() -> None:
    pool = make_pool()
    done = together(
        [partial(make_user, "dora@contoso.com", pool), partial(make_user, "DORA@contoso.com", pool)]
    )
    assert [type(each) for each in done if isinstance(each, BaseException)] == [ValidationError]
    assert User.objects.count() == 1
