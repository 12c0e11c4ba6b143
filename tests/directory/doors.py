"""Doors of the tab Users: a CsUserAdministrator gets in too."""

from __future__ import annotations

from controlpanel.accounts.rights import Right
from tests.doors import Door
from tests.makers import make_user
from tests.people import with_right

USERS = with_right(Right.USERS)


def a_user() -> list[int]:
    """The key of a user."""
    return [make_user().pk]


DOORS = (
    Door("directory:list"),
    Door("directory:details", args=a_user, post=USERS, post_is=422),
    Door("directory:new", get=USERS, post=USERS, post_is=422),
    Door("directory:open", get_is=302, query="row=1"),
    Door("directory:suggest", query="property=site&value=P"),
    # Without a selection all send back to the list.
    *(
        Door(f"directory:{name}", get=USERS, get_is=302, post=USERS, post_is=302)
        for name in ("assign", "disable", "enable", "remove")
    ),
)
