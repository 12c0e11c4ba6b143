"""The query that says whom a policy governs, and the pure function, agree on any directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controlpanel.shell.text import keys
from federation.directory.models import Assignment, User
from federation.policies.governing import governing
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology.models import Pool, Site
from tests.makers import global_policy, make_policies, make_users

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
SITES, POOLS, POLICIES = 3, 4, 3
#: (whether each site has a policy, the site of each pool, (pool, policy or none, enabled) of each user)
DIRECTORIES = st.tuples(
    st.lists(st.booleans(), min_size=SITES, max_size=SITES),
    st.lists(st.integers(0, SITES - 1), min_size=POOLS, max_size=POOLS),
    st.lists(
        st.tuples(st.integers(0, POOLS - 1), st.none() | st.integers(0, POLICIES - 1), st.booleans()),
        max_size=12,
    ),
)


def made(
    has_policy: Sequence[bool],
    site_of: Sequence[int],
    people: Sequence[tuple[int, int | None, bool]],
) -> dict[int, ExternalAccessPolicy | None]:
    """A directory in the database; for each user the policy that governs by the plain statement."""
    stamp = {"changed_at": timezone.now(), "changed_by": "x"}
    sites = Site.objects.bulk_create(
        Site(name=f"S{n}", **keys("name", f"S{n}"), **stamp) for n in range(SITES)
    )
    pools = Pool.objects.bulk_create(
        Pool(fqdn=f"p{n}.contoso.com", site=sites[site], **stamp) for n, site in enumerate(site_of)
    )
    users_policies = make_policies(POLICIES)
    site_policies = {
        site.pk: ExternalAccessPolicy.objects.bulk_create(
            [ExternalAccessPolicy(scope=Scope.SITE, site=site, **stamp)]
        )[0]
        for site, wanted in zip(sites, has_policy, strict=True)
        if wanted
    }
    expected: dict[int, ExternalAccessPolicy | None] = {}
    for number, (pool, policy, enabled) in enumerate(people):
        user = User.objects.bulk_create(
            [User(address=f"u{number}@contoso.com", pool=pools[pool], enabled=enabled, **stamp)]
        )[0]
        own = users_policies[policy] if policy is not None else None
        if own:
            Assignment.objects.bulk_create([Assignment(user=user, policy=own)])
        of_site = site_policies.get(pools[pool].site_id)
        expected[user.pk] = governing(own, of_site, global_policy()).policy if enabled else None
    return expected


@given(DIRECTORIES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sql_and_the_plain_statement_agree(
    directory: tuple[list[bool], list[int], list[tuple[int, int | None, bool]]],
) -> None:
    with transaction.atomic():
        expected = made(*directory)
        by_row = {user.pk: user.governing_identity for user in User.objects.listed()}
        assert by_row == {key: str(policy or "") for key, policy in expected.items()}
        for policy in ExternalAccessPolicy.objects.select_related("site"):
            found = set(User.objects.governed_by(policy).values_list("pk", flat=True))
            assert found == {key for key, theirs in expected.items() if theirs == policy}, str(policy)
        policies = list(ExternalAccessPolicy.objects.order_by("pk"))
        for several in (policies[::2], policies[1::2], policies[1:], []):
            found = set(
                User.objects.filter(User.objects.where_governed_by_any(several)).values_list("pk", flat=True)
            )
            assert found == {key for key, theirs in expected.items() if theirs in several}
        transaction.set_rollback(True)


def test_one_query_says_it_for_all() -> None:
    make_users(300)
    with CaptureQueriesContext(connection) as asked:
        assert {user.governing_identity for user in User.objects.listed()} == {"Global"}
    assert len(asked) == 1
