"""Between the answer and the write nobody slips in: rows are held, and then compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.urls import reverse

from controlpanel.audit import tallies
from controlpanel.audit.commits import Changed, Conflict
from federation.directory import services as users
from federation.directory.models import Assignment, User
from federation.partners import services as partners
from federation.partners.models import Partner
from federation.policies import services as policies
from tests.makers import MAKER, make_policy, make_users
from tests.pages import Page
from tests.together import Meanwhile, together

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.sql, pytest.mark.django_db(transaction=True)]


def test_an_assignment_under_way_is_waited_for_and_told(alice_client: Client) -> None:
    sales, moment = make_policy("Sales"), Meanwhile()
    make_users(3)
    form = Page(alice_client.get(reverse("policies:delete"), {"row": sales.pk})).form("Delete")

    def assign() -> int:
        with transaction.atomic():
            users.assign_policy(User.objects.all(), sales, actor=MAKER)
            moment.happened()
        return 0

    def delete() -> int:
        moment.wait()
        return form.send(alice_client).status_code

    assert together([assign, delete]) == [0, 409]
    assert Assignment.objects.count() == 3


def test_a_change_under_way_is_waited_for_and_compared() -> None:
    partner, moment = partners.create_partner(domain="fabrikam.com", actor=MAKER), Meanwhile()

    def change() -> int:
        with transaction.atomic():
            partners.change_partner(partner, actor=MAKER, description="keep this one")
            moment.happened()
        return 0

    def delete() -> int:
        moment.wait()
        return partners.delete_partners([partner], actor=MAKER)

    done, refused = together([change, delete])
    assert done == 0
    assert isinstance(refused, Conflict)
    assert Partner.objects.exists()


def test_many_under_way_are_waited_for_and_compared() -> None:
    people, moment = make_users(3), Meanwhile()
    policies.create_user_policy(name="Sales", actor=MAKER)
    everybody = User.objects.all()
    seen = tallies.tally(everybody)

    def change() -> int:
        with transaction.atomic():
            users.change_user(people[1], actor=MAKER, department="Board")
            moment.happened()
        return 0

    def remove() -> int:
        moment.wait()
        return users.remove_users(everybody.all(), seen=seen, actor=MAKER)

    done, refused = together([change, remove])
    assert done == 0
    assert isinstance(refused, Changed)
    assert User.objects.count() == 3
