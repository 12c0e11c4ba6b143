"""An organisation to look at, made as the product makes it: by our services, with an event each."""

from __future__ import annotations

from controlpanel.audit.actor import Actor
from federation.directory import services as directory
from federation.directory.models import User
from federation.domains import services as domains
from federation.edge import services as edge
from federation.gateway import services as gateways
from federation.gateway.models import Gateway
from federation.partners import services as partners
from federation.policies import services as policies
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology import services as topology
from federation.topology.models import LocalDomain, Pool, PoolKind

MAKER = Actor("demo")
GATEWAY = "xmpp1.contoso.test"
POOLS = {
    "Paris": ("pool-paris.contoso.test", PoolKind.ENTERPRISE),
    "Lyon": ("pool-lyon.contoso.test", PoolKind.STANDARD),
    "Montréal": ("sba-montreal.contoso.test", PoolKind.SURVIVABLE),
}
PEOPLE = {
    "Paris": ("alice.martin", "dave.bernard", "erin.dubois", "frank.moreau", "grace.laurent", "hugo.simon"),
    "Lyon": ("ines.michel", "jules.garcia", "karim.david", "laure.bertrand"),
    "Montréal": ("marie.tremblay", "noah.gagnon"),
}


def make() -> str:
    """Contoso with its people, policies, partners and a gateway; returns the gateway's secret."""
    local = topology.create_domain(domain="contoso.test", actor=MAKER)
    pools = {site: _pool(site) for site in POOLS}
    edge.change_access(federation=True, actor=MAKER)
    everyone = ExternalAccessPolicy.objects.get(scope=Scope.GLOBAL)
    policies.change_policy(everyone, federated=True, xmpp=True, actor=MAKER, reason="Open to partners")
    policies.create_site_policy(
        site=pools["Lyon"].site, federated=True, xmpp=True, description="Lyon", actor=MAKER
    )
    closed = policies.create_user_policy(
        name="No XMPP", description="Federated users, but not by XMPP", federated=True, actor=MAKER
    )
    for site, names in PEOPLE.items():
        for name in names:
            _user(name, pools[site])
    directory.assign_policy(User.objects.filter(address="dave.bernard@contoso.test"), closed, actor=MAKER)
    _partners()
    return _gateway(pools["Paris"], local)


def _pool(site: str) -> Pool:
    fqdn, kind = POOLS[site]
    return topology.create_pool(
        fqdn=fqdn, site=topology.create_site(name=site, actor=MAKER), kind=kind, actor=MAKER
    )


def _user(name: str, pool: Pool) -> None:
    shown = name.replace(".", " ").title()
    directory.create_user(address=f"{name}@contoso.test", display_name=shown, pool=pool, actor=MAKER)


def _partners() -> None:
    partners.create_partner(domain="fabrikam.test", type="federated", actor=MAKER)
    partners.create_partner(domain="public.test", type="public-unverified", actor=MAKER)
    for name in ("woodgrove.example", "litware.example"):
        domains.create_domain(domain=name, kind="allowed", actor=MAKER)


def _gateway(pool: Pool, local: LocalDomain) -> str:
    assert Gateway.objects.count() == 0
    _row, secret = gateways.create_gateway(name=GATEWAY, site=pool.site, domains=[local], actor=MAKER)
    return secret
