"""Who is enabled: several attributes, all of which must allow it; what is not said lets nobody talk."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controlpanel.audit.models import AuditEvent
from federation.directory.models import User
from federation.ldap.enabled import judged
from tests.makers import make_policy

if TYPE_CHECKING:
    from tests.ldap.conftest import Syncing
    from tests.ldap.openldap import OpenLdap

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
NOW = datetime(2026, 12, 1, tzinfo=UTC)
LONG_AGO, FAR = "116444736000000000", "159017256000000000"


def enabled() -> dict[str, bool]:
    return {user.address.partition("@")[0]: user.enabled for user in User.objects.all()}


def test_lync_and_the_account_must_both_allow_it(people: OpenLdap, sync: Syncing) -> None:
    cases = {
        "both": ("TRUE", "512"), "account": ("TRUE", "514"), "lync": ("FALSE", "512"),
        "neither": ("FALSE", "514"), "more": ("TRUE", "66050"), "alone": ("TRUE", None),
        "silent": (None, "512"), "nothing": (None, None),
    }  # fmt: skip
    for name, (lync, account) in cases.items():
        people.add(name, enabled=lync, userAccountControl=account)
    assert sync().status == 0
    assert {name for name, is_enabled in enabled().items() if is_enabled} == {"both", "alone"}
    assert sync().status == 0
    assert {name for name, is_enabled in enabled().items() if is_enabled} == {"both", "alone"}


@pytest.mark.parametrize(
    "changed, attribute",
    [
        ({"userAccountControl": "514"}, "userAccountControl"),
        ({"msRTCSIP-UserEnabled": "FALSE"}, "msRTCSIP-UserEnabled"),
        ({"msRTCSIP-UserEnabled": []}, "msRTCSIP-UserEnabled"),
    ],
)
def test_who_is_disabled_between_two_runs_is_and_the_event_says_by_what(
    people: OpenLdap, sync: Syncing, changed: dict[str, str], attribute: str
) -> None:
    people.add("alice", enabled="TRUE", userAccountControl="512")
    sync()
    assert enabled() == {"alice": True}
    people.change("alice", **changed)
    sync()
    assert enabled() == {"alice": False}
    member = AuditEvent.objects.order_by("-pk")[0].members.get()
    assert json.loads(member.after) == {"enabled": False, "enabled_by": attribute}
    people.change("alice", **{"userAccountControl": "512", "msRTCSIP-UserEnabled": "TRUE"})
    sync()
    assert enabled() == {"alice": True}


def test_what_cannot_be_read_disables_and_is_refused(people: OpenLdap, sync: Syncing) -> None:
    setting = json.dumps({"enabled": ["msRTCSIP-UserEnabled", "accountExpires"]})
    people.add("alice", enabled="TRUE", accountExpires="0")
    sync(attributes=setting)
    assert enabled() == {"alice": True}
    people.change("alice", accountExpires="soon")
    people.add("bob", enabled="TRUE", accountExpires="later")
    told = sync(attributes=setting)
    assert "This is no number, so the person is not enabled. Correct it in the directory." in told.out
    assert enabled() == {"alice": False}


def test_a_refused_entry_still_disables(people: OpenLdap, sync: Syncing) -> None:
    setting = json.dumps({"pool": "pool", "policy": "department"})
    for name in ("alice", "bob", "carol", "dave"):
        people.add(name, enabled="TRUE")
    sync(attributes=setting)
    for name in ("alice", "bob", "carol"):
        people.change(name, **{"msRTCSIP-UserEnabled": "FALSE"})
    people.change("alice", mail="no address")
    people.change("bob", pool="unknown.contoso.com")
    people.change("carol", department=["Sales", "Marketing"])
    people.change("dave", mail="no address")
    sync(attributes=setting)
    assert enabled() == {"alice": False, "bob": False, "carol": False, "dave": True}
    assert sync(attributes=setting).status is not None
    assert enabled() == {"alice": False, "bob": False, "carol": False, "dave": True}


def test_a_policy_that_the_server_does_not_name_stays(people: OpenLdap, sync: Syncing) -> None:
    make_policy("Locked")
    setting = json.dumps({"policy": "department"})
    people.add("alice", enabled="TRUE", department="Locked")
    sync(attributes=setting)
    people.change("alice", department=[])
    sync(attributes=setting)
    assert User.objects.get().assigned_identity == "Tag:Locked"


@pytest.mark.parametrize(
    "attributes, held, expected",
    [
        (["nsAccountLock"], {}, True),
        (["nsAccountLock"], {"nsAccountLock": "true"}, False),
        (["nsAccountLock"], {"nsAccountLock": "FALSE"}, True),
        (["loginDisabled"], {"loginDisabled": "TRUE"}, False),
        (["loginDisabled"], {}, True),
        (["userAccountControl"], {"userAccountControl": "512"}, True),
        (["userAccountControl"], {}, False),
        (
            ["userAccountControl", "accountExpires"],
            {"userAccountControl": "512", "accountExpires": "0"},
            True,
        ),
        (
            ["userAccountControl", "accountExpires"],
            {"userAccountControl": "512", "accountExpires": str(2**63 - 1)},
            True,
        ),
        (
            ["userAccountControl", "accountExpires"],
            {"userAccountControl": "512", "accountExpires": LONG_AGO},
            False,
        ),
        (
            ["userAccountControl", "accountExpires"],
            {"userAccountControl": "512", "accountExpires": FAR},
            True,
        ),
    ],
)
def test_other_servers(
    people: OpenLdap, sync: Syncing, attributes: list[str], held: dict[str, str], expected: bool
) -> None:
    people.add("alice", **held)
    assert sync(attributes=json.dumps({"enabled": attributes})).status == 0
    assert enabled() == {"alice": expected}


def test_a_server_that_does_not_say_enables_nobody_and_disables_nobody(
    people: OpenLdap, sync: Syncing
) -> None:
    people.add("alice", enabled="TRUE")
    sync()
    people.add("bob", enabled="TRUE")
    sync(attributes=json.dumps({"enabled": None}))
    assert enabled() == {"alice": True, "bob": False}


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_nothing_but_a_clear_yes_enables(lync: bytes, account: bytes) -> None:
    values = {"msrtcsip-userenabled": [lync], "useraccountcontrol": [account]}
    verdict = judged(("msRTCSIP-UserEnabled", "userAccountControl"), values, NOW)
    word = lync.decode("utf-8", "replace").strip().casefold()
    if word not in {"true", "yes", "1", "vrai", "oui"}:
        assert verdict.closed_by


@pytest.mark.parametrize("value", ["x", "5 12", "0x200", "٥١٢", "9" * 30, "1e3"])
def test_a_number_is_a_number(value: str) -> None:
    values = {"useraccountcontrol": [value.encode()], "msrtcsip-userenabled": [b"TRUE"]}
    verdict = judged(("msRTCSIP-UserEnabled", "userAccountControl"), values, NOW)
    assert (verdict.closed_by, verdict.code) == ("userAccountControl", "not-a-number")


def test_of_two_values_the_one_that_closes_counts() -> None:
    values = {"userenabled": [b"TRUE", b"FALSE"]}
    assert judged(("userEnabled",), values, NOW).closed_by == "userEnabled"
