"""``manage.py sync_directory`` against a real OpenLDAP: who comes, changes, goes and returns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from controlpanel.audit.models import AuditEvent, EventMember
from federation.directory.actions import Action
from federation.directory.models import User
from federation.directory.services import change_user
from federation.policies.models import ExternalAccessPolicy
from tests.ldap.openldap import dn
from tests.makers import MAKER, make_policy, make_pool, make_user
from tests.makers import users_as_they_are as state

if TYPE_CHECKING:
    from tests.ldap.conftest import Syncing
    from tests.ldap.openldap import OpenLdap

pytestmark = [pytest.mark.django_db, pytest.mark.sql, pytest.mark.usefixtures("home")]


def enabled() -> dict[str, bool]:
    return {address: row[2] for address, row in state().items()}


def test_those_on_the_server_become_users(people: OpenLdap, sync: Syncing) -> None:
    people.add(
        "alice", givenName="Alice", sn="Élan", mail="Alice@contoso.com", department="IT", enabled="TRUE"
    )
    people.add("bob", displayName="Bob", enabled="FALSE")
    people.add("nobody", sip=None)
    done = sync()
    assert (done.error, done.status) == ("", 0)
    assert done.out.endswith("Done.\n")
    assert state() == {
        "alice@contoso.com": ("Alice", "pool.contoso.com", True, ""),
        "bob@contoso.com": ("Bob", "pool.contoso.com", False, ""),
    }
    alice = User.objects.get(address="alice@contoso.com")
    assert (alice.first_name, alice.last_name, alice.email) == ("Alice", "Élan", "alice@contoso.com")
    assert (alice.department, alice.source) == ("IT", "contoso")


def test_run_twice_it_changes_nothing(people: OpenLdap, sync: Syncing) -> None:
    people.add("alice")
    sync()
    events = AuditEvent.objects.count()
    again = sync()
    assert (again.status, AuditEvent.objects.count()) == (0, events)
    assert "0 made, 0 changed, 1 left as they are" in again.out


def test_many_pages_are_read_to_the_end(people: OpenLdap, sync: Syncing) -> None:
    for number in range(23):
        people.add(f"user{number}")
    assert sync(page_size="5").status == 0
    assert User.objects.count() == 23


@pytest.mark.parametrize("address", ["ldap", "ldaps"])
def test_starttls_and_ldaps_both_work(people: OpenLdap, sync: Syncing, address: str) -> None:
    people.add("alice")
    port = people.port if address == "ldap" else people.tls_port
    assert sync(url=f"{address}://127.0.0.1:{port}").status == 0
    assert User.objects.exists()


def test_what_the_server_changes_or_empties_follows(people: OpenLdap, sync: Syncing) -> None:
    people.add("alice", department="IT", givenName="Alice")
    sync()
    people.change("alice", displayName="Alice Liddell", department=[])
    assert "Display name: Alice -> Alice Liddell; Department: IT -> " in sync().out
    alice = User.objects.get()
    assert (alice.display_name, alice.department, alice.first_name) == ("Alice Liddell", "", "Alice")


def test_those_who_vanish_are_disabled_and_never_removed(people: OpenLdap, sync: Syncing) -> None:
    for uid in ("alice", "bob", "carol"):
        people.add(uid)
    sync()
    make_user("dave@contoso.com")
    people.remove("bob")
    done = sync(most_vanishing="40")
    assert done.status == 0
    assert "1 disabled because the server lists them no more" in done.out
    gone = {"alice@contoso.com": True, "bob@contoso.com": False, "carol@contoso.com": True}
    assert enabled() == {**gone, "dave@contoso.com": True}
    event = AuditEvent.objects.filter(action=Action.SYNC).first()
    assert event is not None
    (member,) = EventMember.objects.filter(event=event)
    assert (member.object_name, event.after) == (
        "bob@contoso.com",
        {"origin": "contoso", "left": 2, "vanished": 1},
    )
    assert (json.loads(member.before), json.loads(member.after)) == ({"enabled": True}, {"enabled": False})
    assert User.objects.get(address="bob@contoso.com").version == 2
    assert "0 made, 0 changed, 2 left" in sync().out


def test_whoever_returns_is_enabled_again(people: OpenLdap, sync: Syncing) -> None:
    people.add("alice", enabled="TRUE")
    sync()
    people.remove("alice")
    sync("--most-vanishing", "100")
    assert enabled() == {"alice@contoso.com": False}
    people.add("alice", enabled="TRUE")
    sync()
    assert enabled() == {"alice@contoso.com": True}


def test_when_more_than_the_share_would_vanish_nothing_is_changed(people: OpenLdap, sync: Syncing) -> None:
    for number in range(10):
        people.add(f"user{number}")
    sync()
    for number in range(2):
        people.remove(f"user{number}")
    people.add("newcomer")
    stopped = sync()
    assert stopped.status == 2
    assert "2 of 10 users (20 %) would be disabled, because the server lists them no more." in stopped.error
    assert "run again with --most-vanishing 20. Nothing was changed." in stopped.error
    assert (User.objects.count(), User.objects.filter(enabled=True).count()) == (10, 10)
    assert sync("--most-vanishing", "20").status == 0
    assert User.objects.filter(enabled=True).count() == 9


def test_an_empty_server_disables_nobody(people: OpenLdap, sync: Syncing) -> None:
    people.add("alice")
    sync()
    people.remove("alice")
    assert sync().status == 2
    assert enabled() == {"alice@contoso.com": True}


def test_a_record_that_the_panel_had_before_is_taken_over(people: OpenLdap, sync: Syncing) -> None:
    make_user("alice@contoso.com", display_name="A", policy=ExternalAccessPolicy.objects.get(name="Sales"))
    people.add("alice")
    assert "Directory server:  -> contoso" in sync().out
    assert state()["alice@contoso.com"] == ("Alice", "pool.contoso.com", True, "Tag:Sales")
    people.remove("alice")
    sync("--most-vanishing", "100")
    assert enabled() == {"alice@contoso.com": False}


def test_a_record_of_another_server_is_refused(people: OpenLdap, sync: Syncing) -> None:
    people.add("alice")
    sync(name="elsewhere")
    refused = sync()
    assert refused.status == 1
    assert f"{dn('alice')}: SIP address “alice@contoso.com”: The record comes from another" in refused.out
    assert User.objects.get().source == "elsewhere"


def test_an_entry_that_is_refused_has_not_vanished(people: OpenLdap, sync: Syncing) -> None:
    people.add("alice")
    sync()
    people.change("alice", mail="broken")
    refused = sync("--most-vanishing", "100")
    assert refused.status == 1
    assert f"{dn('alice')}: E-mail “broken”: This is not an e-mail address." in refused.out
    assert enabled() == {"alice@contoso.com": True}


def test_of_two_entries_with_one_address_neither_is_used(people: OpenLdap, sync: Syncing) -> None:
    people.add("alice")
    sync()
    people.add("malice", sip="sip:ALICE@contoso.com")
    refused = sync("--most-vanishing", "100")
    assert refused.out.count("Another entry has the same address, so neither is used.") == 2
    assert state() == {"alice@contoso.com": ("Alice", "pool.contoso.com", True, "")}


def test_several_addresses_of_one_entry_are_refused(people: OpenLdap, sync: Syncing) -> None:
    people.add("alice", sip=["sip:alice@contoso.com", "sip:al@contoso.com"])
    assert f"{dn('alice')}: SIP address: There are 2 values." in sync().out


def test_of_several_values_elsewhere_the_same_one_counts_every_time(people: OpenLdap, sync: Syncing) -> None:
    people.add("alice", mail=["b@contoso.com", "a@contoso.com"])
    sync()
    assert User.objects.get().email == "a@contoso.com"


def test_attributes_are_named_in_the_settings(people: OpenLdap, sync: Syncing) -> None:
    make_pool("other.contoso.com")
    make_policy("Partners")
    people.add(
        "alice",
        mail="alice@contoso.com",
        pool="other.contoso.com",
        userAccountControl="514",
        department="Tag:Partners",
    )
    people.add("bob", mail="bob@contoso.com", userAccountControl="512")
    mapping = {
        "address": "mail",
        "pool": "pool",
        "enabled": "userAccountControl",
        "policy": "department",
        "department": None,
    }
    assert sync(attributes=json.dumps(mapping)).status == 0
    assert state() == {
        "alice@contoso.com": ("Alice", "other.contoso.com", False, "Tag:Partners"),
        "bob@contoso.com": ("Bob", "pool.contoso.com", True, ""),
    }


def test_whoever_was_moved_to_another_pool_stays_there(people: OpenLdap, sync: Syncing) -> None:
    people.add("alice")
    sync()
    change_user(User.objects.get(), pool=make_pool("other.contoso.com"), actor=MAKER)
    sync()
    assert state()["alice@contoso.com"][1] == "other.contoso.com"


def test_an_unknown_pool_is_named_and_made_nowhere(people: OpenLdap, sync: Syncing) -> None:
    people.add("alice", pool="none.contoso.com")
    refused = sync(attributes='{"pool": "pool"}')
    assert refused.status == 1
    assert "Unknown pools: none.contoso.com (1)" in refused.out
    assert not User.objects.exists()


def test_a_dry_run_tells_all_and_does_nothing(people: OpenLdap, sync: Syncing) -> None:
    people.add("alice")
    told = json.loads(sync("--dry-run", "--json").out)
    assert (told["done"], told["numbers"]["made"]) == (False, 1)
    assert not User.objects.exists()
