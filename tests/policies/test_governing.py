"""One policy governs each user: the user's own, else the site's, else Global, and always as a whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from federation.policies.governing import PRECEDENCE, Governing, Level, Why, governing

SWITCHES = st.fixed_dictionaries({"federated": st.booleans(), "xmpp": st.booleans()}) | st.just(
    dict[str, bool]()
)


@given(st.none() | SWITCHES, st.none() | SWITCHES, SWITCHES)
def test_the_closest_policy_governs(
    user: dict[str, bool] | None, site: dict[str, bool] | None, everyone: dict[str, bool]
) -> None:
    found = governing(user, site, everyone)
    if user is not None:
        assert found.policy is user
        assert (found.level, found.why) == (Level.USER, Why.ASSIGNED)
    if user is None and site is not None:
        assert found.policy is site
        assert (found.level, found.why) == (Level.SITE, Why.SITE)
    if user is None and site is None:
        assert found.policy is everyone
        assert (found.level, found.why) == (Level.GLOBAL, Why.GLOBAL)


@given(SWITCHES, SWITCHES, SWITCHES, SWITCHES)
def test_the_policies_behind_it_change_nothing(
    user: dict[str, bool], site: dict[str, bool], everyone: dict[str, bool], other: dict[str, bool]
) -> None:
    assert governing(user, site, everyone) == governing(user, None, other)
    assert governing(None, site, everyone) == governing(None, site, other)


def test_an_empty_policy_is_a_policy() -> None:
    assert governing("", "site", "global") == Governing("", Level.USER, Why.ASSIGNED)


def test_every_level_has_its_place() -> None:
    assert [level for level, _why in PRECEDENCE] == ["user", "site", "global"]
