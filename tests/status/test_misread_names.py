"""Names from a version before that XMPP servers read as others: nobody talks by them, and they are told."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.decisions.facts import Verdict
from federation.decisions.gathering import Question, answer
from federation.directory import services as directory
from federation.directory.actions import Action
from federation.directory.models import Misread, User
from federation.partners.models import Partner, PartnerDomain
from federation.policies.models import ExternalAccessPolicy
from federation.replication.models import Line
from federation.replication.services import publish
from federation.topology.names import Address
from tests.commands import called
from tests.decisions.world import open_everything
from tests.makers import MAKER, make_user
from tests.pages import Page
from tests.partners.makers import make_partner

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sql]


def upgrade() -> None:
    """What the two migrations do with the rows there are."""
    for module, step in (
        ("directory.migrations.0002_misread", "note"),
        ("replication.migrations.0005_misread_users", "shut_out"),
    ):
        getattr(import_module(f"federation.{module}"), step)(apps, None)
    publish()


def person(name: str, *, enabled: bool = True) -> User:
    """A user under a policy that allows XMPP."""
    return make_user(
        f"{name}@contoso.com", enabled=enabled, policy=ExternalAccessPolicy.objects.get(name="Open")
    )


def kept(address: str, *, enabled: bool = True) -> User:
    """A user as the version before took one."""
    user = person("kept", enabled=enabled)
    User.objects.filter(pk=user.pk).update(address=f"{address}@contoso.com")
    publish(everything=True)
    return user


def on_the_wire(address: str) -> str:
    return Line.objects.get(key=f"user:{address}@contoso.com").value


def may_talk(local: str) -> bool:
    asked = Question(Address(local, "contoso.com"), Address("bob", "fabrikam.com"))
    return answer(asked).decision.verdict is Verdict.ALLOWED


def test_two_addresses_that_are_one_to_servers_are_both_shut_out() -> None:
    open_everything()
    kept("straße", enabled=False)
    person("strasse")
    assert may_talk("strasse")
    upgrade()
    assert not may_talk("strasse")
    assert not may_talk("straße")
    assert '"enabled":false' in on_the_wire("strasse")
    (event,) = AuditEvent.objects.filter(action=Action.MISREAD)
    assert event.members_count == 2


def test_an_address_that_servers_read_as_nobodys_is_shut_out() -> None:
    open_everything()
    kept("σίσυφος")
    upgrade()
    assert not may_talk("σίσυφος")
    assert '"enabled":false' in on_the_wire("σίσυφος")


@pytest.mark.parametrize("cure", ["removed", "changed"])
def test_who_stays_talks_again_at_once(cure: str) -> None:
    open_everything()
    wrong = kept("straße", enabled=False)
    person("strasse")
    upgrade()
    if cure == "removed":
        directory.remove_users(User.objects.filter(pk=wrong.pk), actor=MAKER)
    else:
        directory.change_user(User.objects.get(pk=wrong.pk), actor=MAKER, address="sam@contoso.com")
    publish()
    assert may_talk("strasse")
    assert '"enabled":true' in on_the_wire("strasse")
    assert not Misread.objects.exists()


def test_a_user_made_later_under_the_other_address_is_shut_out_too() -> None:
    open_everything()
    kept("straße", enabled=False)
    upgrade()
    person("strasse")
    publish()
    assert not may_talk("strasse")
    assert '"enabled":false' in on_the_wire("strasse")


def test_names_that_servers_read_alike_stay_as_they_are() -> None:
    open_everything()
    kept("élodie")
    upgrade()
    assert may_talk("élodie")
    assert not Misread.objects.exists()
    assert not AuditEvent.objects.filter(action=Action.MISREAD).exists()


def test_status_and_a_command_list_them(alice_client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    open_everything()
    kept("straße")
    partner = make_partner("xn--strae-oqa.test")
    Partner.objects.filter(pk=partner.pk).update(shown="straße.test")
    PartnerDomain.objects.filter(partner=partner).update(shown="straße.test")
    assert "straße" not in Page(alice_client.get(reverse("status:list"))).text.replace("straße.test", "")
    upgrade()
    page = Page(alice_client.get(reverse("status:list")))
    run = called(capsys, "check_names")
    assert run.status == 1
    for told in (page.text, run.out):
        assert "XMPP servers read it as strasse@contoso.com, so the user cannot talk." in told
        assert "people reach it as xn--strae-oqa.test only" in told
    assert called(capsys, "check_names", "--json").status == 1


def test_no_name_no_word(alice_client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    open_everything()
    assert "read as others" not in Page(alice_client.get(reverse("status:list"))).text
    assert called(capsys, "check_names").status == 0
