"""What tests start with, made as the product makes it: by our services, with an event each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from controlpanel.audit.actor import Actor
from controlpanel.shell.text import fold, sort_key
from federation.directory import services as directory
from federation.directory.models import Assignment, User
from federation.directory.services import completed
from federation.policies import services as policies
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology import services as topology
from federation.topology.models import Pool, Site

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Who made what was there before the test.
MAKER = Actor("maker")


def make_site(name: str = "Paris", *, description: str = "") -> Site:
    """A site that no policy hangs on."""
    return topology.create_site(name=name, description=description, actor=MAKER)


def make_policy(name: str = "Sales", /, **values: Any) -> ExternalAccessPolicy:
    """A user policy; ``values`` are switches and the description."""
    return policies.create_user_policy(name=name, actor=MAKER, **values)


def make_site_policy(site: Site | str = "Paris", /, **values: Any) -> ExternalAccessPolicy:
    """The policy of a site, which is made when ``site`` is a name."""
    place = make_site(site) if isinstance(site, str) else site
    return policies.create_site_policy(site=place, actor=MAKER, **values)


def make_policies(count: int, name: str = "Policy") -> list[ExternalAccessPolicy]:
    """``count`` user policies "Policy 001" ..., every other one federated; without events."""
    rows = [
        ExternalAccessPolicy(
            scope=Scope.USER,
            name=(full := f"{name} {number:03}"),
            name_key=fold(full),
            name_sort=sort_key(full),
            federated=number % 2 == 0,
            changed_at=timezone.now(),
            changed_by=MAKER.name,
        )
        for number in range(1, count + 1)
    ]
    return ExternalAccessPolicy.objects.bulk_create(rows)


def global_policy() -> ExternalAccessPolicy:
    """The Global policy as it stands."""
    return ExternalAccessPolicy.objects.the_global()


def fresh(policy: ExternalAccessPolicy) -> ExternalAccessPolicy:
    """``policy`` as the database has it now."""
    return ExternalAccessPolicy.objects.get(pk=policy.pk)


def make_pool(fqdn: str = "pool01.contoso.com", site: Site | str | None = "Paris", /, **values: Any) -> Pool:
    """A pool of a site, which is made when ``site`` is a name that no site has yet."""
    if not isinstance(site, Site):
        site = Site.objects.filter(name=site).first() or make_site(site or "Paris")
    return topology.create_pool(fqdn=fqdn, site=site, actor=MAKER, **values)


def make_user(
    address: str = "dora@contoso.com", pool: Pool | None = None, /, *, enabled: bool = True, **values: Any
) -> User:
    """A user, enabled, of ``pool`` or the first one; ``policy`` is a user policy to assign."""
    home = pool or Pool.objects.first() or make_pool()
    return directory.create_user(address=address, pool=home, enabled=enabled, actor=MAKER, **values)


def make_users(
    count: int, pool: Pool | None = None, /, *, name: str = "User", policy: ExternalAccessPolicy | None = None
) -> list[User]:
    """``count`` users "User 001" <user001@contoso.com> ...; without events."""
    home = pool or Pool.objects.first() or make_pool()
    rows = [
        User(
            **completed({"display_name": f"{name} {number:03}", "department": f"Dept {number % 3}"}),
            address=f"{name.casefold()}{number:03}@contoso.com",
            pool=home,
            changed_at=timezone.now(),
            changed_by=MAKER.name,
        )
        for number in range(1, count + 1)
    ]
    users = User.objects.bulk_create(rows)
    if policy:
        Assignment.objects.bulk_create(Assignment(user=user, policy=policy) for user in users)
    return users


def known(user: User) -> User:
    """``user`` as the database has it now, with all that says which policy governs."""
    return User.objects.listed().get(pk=user.pk)


def everybody(users: Iterable[User]) -> Any:
    """``users`` as the services take them: a QuerySet."""
    return User.objects.filter(pk__in=[user.pk for user in users])


def users_as_they_are() -> dict[str, tuple[str, str, bool, str]]:
    """What the directory holds: address to (display name, pool, enabled, assigned policy)."""
    return {
        user.address: (user.display_name, user.pool.fqdn, user.enabled, str(user.policy or ""))
        for user in User.objects.listed()
    }
