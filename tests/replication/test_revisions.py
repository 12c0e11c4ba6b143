"""Every change that a gateway decides by becomes a revision, and nothing else does."""

from __future__ import annotations

from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command

from controlpanel.audit.actions import known
from federation.directory import services as directory
from federation.directory.models import User
from federation.edge import services as edge
from federation.partnerfiles import services as partnerfiles
from federation.partnerfiles.csvfile import open_partners, partner_rows
from federation.partners import services as partners
from federation.partners.models import Partner
from federation.policies import services as policies
from federation.replication import checking, outbox, services
from federation.replication.models import Gone, Revision, Unpublished
from federation.topology import services as topology
from federation.topology.models import LocalDomain, Pool, PoolKind, Site
from tests.makers import MAKER, global_policy, make_policy, make_site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import DjangoAssertNumQueries

    from tests.replication.conftest import Asker

pytestmark = [pytest.mark.sql, pytest.mark.django_db]


def make_pool(fqdn: str = "pool1.contoso.test", **values: Any) -> Pool:
    site = Site.objects.first() or make_site()
    return topology.create_pool(fqdn=fqdn, site=site, actor=MAKER, **values)


def make_user(address: str = "alice@contoso.test", **values: Any) -> User:
    pool = values.pop("pool", None) or Pool.objects.first() or make_pool()
    return directory.create_user(address=address, pool=pool, actor=MAKER, **values)


def users(*addresses: str) -> Any:
    return User.objects.filter(address__in=addresses) if addresses else User.objects.all()


def test_every_action_is_sent_or_is_known_to_change_nothing() -> None:
    nouns = {action.rpartition(":")[0] for action in known()}
    assert nouns - outbox.SENT - outbox.NOT_SENT.keys() == set()
    assert outbox.SENT & outbox.NOT_SENT.keys() == set()


def start(asker: Asker) -> dict[str, Any]:
    """One of everything, in force; returns the rows."""
    rows: dict[str, Any] = {"pool": make_pool(), "policy": make_policy("Sales")}
    rows["alice"], rows["bob"] = make_user(), make_user("bob@contoso.test")
    rows["domain"] = topology.create_domain(domain="contoso.test", actor=MAKER)
    rows["partner"] = partners.create_partner(domain="fabrikam.test", type="federated", actor=MAKER)
    assert asker.ask() == 200
    return rows


FILE = b"domain,type,tls,sasl,dialback\nnorthwind.test,federated,required,required,yes\n"
#: What happens, and what becomes of which object (None: it goes). "+" stands for the number of a new row.
CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], dict[str, Any]]] = {
    "edge:access:change": (
        lambda _: edge.change_access(federation=True, actor=MAKER),
        {"edge:global": {"federation": True}},
    ),
    "edge:xmpp:change": (
        lambda _: edge.change_gateway(keep_alive=77, actor=MAKER),
        {"xmpp:global": {"keep_alive": 77}},
    ),
    "topology:domain:create": (
        lambda _: topology.create_domain(domain="sales.contoso.test", actor=MAKER),
        {"domain:sales.contoso.test": {}},
    ),
    "topology:domain:change": (
        lambda at: topology.change_domain(at["domain"], domain="contoso.example", actor=MAKER),
        {"domain:contoso.example": {}, "domain:contoso.test": None},
    ),
    "topology:domain:delete": (
        lambda _: topology.delete_domains(LocalDomain.objects.all(), actor=MAKER),
        {"domain:contoso.test": None},
    ),
    "topology:pool:create": (
        lambda _: make_pool("pool2.contoso.test", kind=PoolKind.SURVIVABLE),
        {"pool:+": {"survivable": True}},
    ),
    "topology:pool:change": (
        lambda at: topology.change_pool(at["pool"], kind=PoolKind.SURVIVABLE, actor=MAKER),
        {"pool:{pool}": {"survivable": True}},
    ),
    "policies:policy:create": (lambda _: make_policy("Lyon"), {"policy:+": {"federation": False}}),
    "policies:policy:change": (
        lambda at: policies.change_policy(at["policy"], federated=True, xmpp=True, actor=MAKER),
        {"policy:{policy}": {"federation": True, "xmpp": True}},
    ),
    "policies:policy:delete": (
        lambda at: policies.delete_policies([at["policy"]], actor=MAKER),
        {"policy:{policy}": None},
    ),
    "partners:partner:create": (
        lambda _: partners.create_partner(
            domain="northwind.test", additional=["a.northwind.test"], actor=MAKER
        ),
        {"partner:+": {"domains": ["northwind.test", "a.northwind.test"], "type": "public-unverified"}},
    ),
    "partners:partner:change": (
        lambda at: partners.change_partner(at["partner"], additional=["x.fabrikam.test"], actor=MAKER),
        {"partner:{partner}": {"domains": ["fabrikam.test", "x.fabrikam.test"]}},
    ),
    "partners:partner:delete": (
        lambda _: partners.delete_partners(Partner.objects.all(), actor=MAKER),
        {"partner:{partner}": None},
    ),
    "partners:partners:import": (
        lambda _: partnerfiles.import_partners(partner_rows(open_partners(BytesIO(FILE))), actor=MAKER),
        {"partner:+": {"domains": ["northwind.test"]}},
    ),
    "directory:user:create": (
        lambda _: make_user("erin@contoso.test"),
        {"user:erin@contoso.test": {"enabled": True, "policy": None}},
    ),
    "directory:user:change": (
        lambda at: directory.change_user(at["alice"], address="alicia@contoso.test", actor=MAKER),
        {"user:alicia@contoso.test": {"enabled": True}, "user:alice@contoso.test": None},
    ),
    "directory:users:assign": (
        lambda at: directory.assign_policy(users(), at["policy"], actor=MAKER),
        {"user:alice@contoso.test": {"policy": "{policy}"}, "user:bob@contoso.test": {"policy": "{policy}"}},
    ),
    "directory:users:disable": (
        lambda _: directory.set_enabled(users("bob@contoso.test"), False, actor=MAKER),
        {"user:bob@contoso.test": {"enabled": False}},
    ),
    "directory:users:remove": (
        lambda _: directory.remove_users(users("bob@contoso.test"), actor=MAKER),
        {"user:bob@contoso.test": None},
    ),
}


@pytest.mark.parametrize("action", CHANGES)
def test_a_change_reaches_the_gateway_as_what_it_changed(asker: Asker, action: str) -> None:
    rows = start(asker)
    before, number = dict(asker.objects), Revision.objects.all()[0].number
    change, becomes = CHANGES[action]

    change(rows)

    assert asker.ask() == 200
    assert asker.have
    assert asker.have["revision"] == number + 1
    differing = {
        key for key in before.keys() | asker.objects.keys() if before.get(key) != asker.objects.get(key)
    }
    for pattern, expected in becomes.items():
        key = pattern.format_map({name: row.pk for name, row in rows.items()})
        if key.endswith("+"):
            key = next(each for each in differing if each.startswith(key[:-1]) and each not in before)
        assert key in differing
        differing.remove(key)
        if expected is None:
            assert key not in asker.objects
        else:
            wanted = {
                name: rows[value[1:-1]].pk if isinstance(value, str) and value[:1] == "{" else value
                for name, value in expected.items()
            }
            assert asker.objects[key] == asker.objects[key] | wanted
    assert differing == set()
    assert checking.check().faults == []
    assert asker.ask() == 204


def test_the_list_of_changes_misses_no_action() -> None:
    same = {  # what these do to an object, others above do too
        "policies:policy:reset",
        "partners:partners:delete",
        "directory:users:enable",
        "directory:users:release",
        "directory:users:import",
        "directory:users:sync",
        "topology:pool:delete",
        "edge:xmpp:replace-secret",
        "certificates:assignment:assign",  # these three: test_assigned.py
        "certificates:assignment:put-back",
        "certificates:assignment:unstage",
        "directory:users:misread",  # these two: tests/status/test_misread_names.py
        "directory:user:clear",
    }
    sent = {action for action in known() if action.rpartition(":")[0] in outbox.SENT}
    assert sent - CHANGES.keys() == same


def test_users_of_a_file_reach_the_gateway_in_one_revision(asker: Asker, tmp_path: Path) -> None:
    start(asker)
    number = services.publish().number
    file = tmp_path / "users.csv"
    people = "".join(f"u{n}@contoso.test,U,pool1.contoso.test\n" for n in range(300))
    file.write_text(f"SIP address,Display name,Registrar pool\n{people}")
    call_command("import_directory", str(file), stdout=StringIO(), stderr=StringIO())
    assert asker.ask() == 200
    assert asker.have
    assert asker.have["revision"] == number + 1
    assert {f"user:u{n}@contoso.test" for n in range(300)} <= asker.objects.keys()
    assert checking.check().faults == []


def test_what_a_gateway_does_not_decide_by_makes_no_revision(asker: Asker) -> None:
    rows = start(asker)
    number = services.publish().number
    policies.change_policy(rows["policy"], description="Only words", actor=MAKER)
    topology.change_site(Site.objects.all()[0], description="Words", actor=MAKER)
    directory.change_user(rows["alice"], display_name="Alice", actor=MAKER)
    assert services.publish().number == number
    assert asker.ask() == 204


def test_deleting_a_policy_releases_its_users_in_the_same_revision(asker: Asker) -> None:
    rows = start(asker)
    directory.assign_policy(users(), rows["policy"], actor=MAKER)
    assert asker.ask() == 200
    policies.delete_policies([rows["policy"], global_policy()], actor=MAKER)
    assert asker.ask() == 200
    assert asker.objects["user:alice@contoso.test"]["policy"] is None
    assert f"policy:{rows['policy'].pk}" not in asker.objects


def test_addresses_that_change_places_keep_both_users(asker: Asker) -> None:
    rows = start(asker)
    for user, address in (
        ("alice", "x@contoso.test"),
        ("bob", "alice@contoso.test"),
        ("alice", "bob@contoso.test"),
    ):
        rows[user] = directory.change_user(rows[user], address=address, actor=MAKER)
    assert asker.ask() == 200
    assert {key for key in asker.objects if key.startswith("user:")} == {
        "user:alice@contoso.test",
        "user:bob@contoso.test",
    }
    assert checking.check().faults == []


def test_a_user_who_comes_back_is_there_for_whoever_was_away(asker: Asker) -> None:
    start(asker)
    directory.remove_users(users("bob@contoso.test"), actor=MAKER)
    services.publish()
    make_user("bob@contoso.test")
    assert asker.ask() == 200
    assert "user:bob@contoso.test" in asker.objects
    assert Gone.objects.filter(key="user:bob@contoso.test").exists()


def test_commits_that_come_together_share_a_revision(asker: Asker) -> None:
    start(asker)
    number = services.publish().number
    for name in ("a", "b", "c"):
        make_user(f"{name}@contoso.test")
    assert Unpublished.objects.count() >= 3
    assert services.publish().number == number + 1
    assert Unpublished.objects.count() == 0


def test_publishing_many_costs_no_more_queries_than_publishing_few(
    asker: Asker, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    rows = start(asker)
    for number in range(300):
        make_user(f"user{number}@contoso.test")
    services.publish()
    directory.assign_policy(users(), rows["policy"], actor=MAKER)
    with django_assert_max_num_queries(14):
        services.publish()
    assert asker.ask() == 200
    assert asker.objects["user:user299@contoso.test"]["policy"] == rows["policy"].pk
