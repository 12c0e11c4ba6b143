"""Doors of the tab Partners' servers, of the calendar."""

from __future__ import annotations

from django.utils import timezone

from controlpanel.accounts.rights import Right
from federation.watch import feeds
from federation.watch.models import Look
from tests.doors import Door
from tests.people import EVERYBODY, with_right

SECRETS = with_right(Right.SECRETS)


def a_look() -> list[int]:
    """The key of a look that found nothing."""
    row = Look.objects.create(domain="fabrikam.com", seen_at=timezone.now(), seen_by="maker")
    return [row.pk]


def the_secret() -> list[str]:
    """The secret of the calendar."""
    return [feeds.secret()]


DOORS = (
    Door("watch:list"),
    Door("watch:details", args=a_look),
    Door("watch:open", get_is=302, query="row=1"),
    Door("watch:delete", get=SECRETS, get_is=302, post=SECRETS, post_is=302),
    Door("watch:new", get=SECRETS, post=SECRETS, post_is=422),
    Door("watch:feed", get=SECRETS, post=SECRETS, post_is=302),
    Door("watch:calendar", get=EVERYBODY, args=the_secret),
)
