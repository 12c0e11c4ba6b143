"""The questions before something is done: how each is asked, and what changes the row that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from federation.directory import services as users
from federation.domains import services as domains
from federation.gateway import services as gateways
from federation.partners import services as partners
from federation.policies import services as policies
from federation.providers import services as providers
from federation.topology import services as topology
from tests.makers import MAKER, global_policy, make_policy, make_pool, make_site, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

    from federation.directory.models import User
    from federation.gateway.models import Gateway
    from federation.providers.models import FederatedProvider


class Case(NamedTuple):
    """A question: its address, its button, what it is about, and what becomes of that when confirmed."""

    address: str
    button: str
    make: Callable[[], Any]
    change: Callable[[Any], Any]
    is_done: Callable[[Any], bool]


def fresh(row: Any) -> Any:
    """``row`` as the database has it now."""
    return type(row)._default_manager.get(pk=row.pk)


def gone(row: Model) -> bool:
    return not type(row)._default_manager.filter(pk=row.pk).exists()


def described(change: Callable[..., Any]) -> Callable[[Any], Any]:
    return lambda row: change(fresh(row), actor=MAKER, description="keep this one")


def gateway() -> Gateway:
    return gateways.create_gateway(name="xmpp1.contoso.com", site=make_site("Paris"), actor=MAKER)[0]


def provider() -> FederatedProvider:
    values: dict[str, Any] = {
        "kind": "hosted",
        "name": "Fourth Coffee",
        "proxy_fqdn": "sip.fourth.example",
        "enabled": True,
    }
    return providers.create_provider(actor=MAKER, **values)


def edited(row: User) -> None:
    users.change_user(fresh(row), actor=MAKER, department="Sales")


CASES = {
    "policy": Case(
        "policies:delete", "Delete", lambda: make_policy("Doomed"), described(policies.change_policy), gone
    ),
    "global": Case(
        "policies:delete", "Delete", global_policy, described(policies.change_policy),
        lambda row: fresh(row).description == "",
    ),
    "partner": Case(
        "partners:delete", "Delete", lambda: partners.create_partner(domain="fabrikam.com", actor=MAKER),
        described(partners.change_partner), gone,
    ),
    "provider": Case(
        "providers:delete", "Delete", provider,
        lambda row: providers.change_provider(fresh(row), actor=MAKER, proxy_fqdn="x.fourth.example"), gone,
    ),
    "domain": Case(
        "domains:delete", "Delete",
        lambda: domains.create_domain(domain="fabrikam.com", kind="blocked", actor=MAKER),
        lambda row: domains.change_domain(fresh(row), actor=MAKER, comment="keep"), gone,
    ),
    "site": Case(
        "topology:sites-delete", "Delete", lambda: make_site("Paris"), described(topology.change_site), gone
    ),
    "pool": Case(
        "topology:pools-delete", "Delete", lambda: make_pool("p.contoso.com"),
        described(topology.change_pool), gone,
    ),
    "local domain": Case(
        "topology:domains-delete", "Delete",
        lambda: topology.create_domain(domain="ours.example", actor=MAKER),
        described(topology.change_domain), gone,
    ),
    "gateway": Case("status:delete", "Remove", gateway, described(gateways.change_gateway), gone),
    "disable": Case(
        "directory:disable", "Temporarily disable", make_user, edited, lambda row: not fresh(row).enabled
    ),
    "enable": Case(
        "directory:enable", "Re-enable", lambda: make_user(enabled=False), edited,
        lambda row: fresh(row).enabled,
    ),
    "remove": Case("directory:remove", "Remove", make_user, edited, gone),
}  # fmt: skip
