"""Users from a version before whose addresses XMPP servers read as others (models.Misread)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from controlpanel.audit.records import record
from federation.directory.actions import Action
from federation.directory.models import Misread, User

if TYPE_CHECKING:
    from collections.abc import Iterable

    from controlpanel.audit.actor import Actor


def let_go(users: Iterable[int], *, actor: Actor, reason: str = "") -> None:
    """``users`` are removed, or get another address: whom servers took for one of them is known again."""
    going = Misread.objects.filter(user__in=users)
    addresses = list(going.values_list("read_as", flat=True))
    going.delete()
    for user in User.objects.filter(address__in=addresses):
        record(Action.CLEAR, user, actor=actor, reason=reason)
