"""What is kept of failed sign-ins and refused pages: lines of the process log, and events, both bounded.

The change log is never emptied, and strangers write here: an event for the first of a kind, a name and a
network, then one a minute that says how many there were; and no more than so many a minute in all.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from controlpanel.accounts.actions import Action
from controlpanel.accounts.models import Administrator, Note
from controlpanel.audit.actor import Actor
from controlpanel.audit.records import record
from controlpanel.shell.http import network as network_of

if TYPE_CHECKING:
    from datetime import datetime

#: How often the same is told.
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
#: Events a minute of names that no account has, and of accounts. Beyond, one event stands for all.
OF_STRANGERS, OF_ACCOUNTS = 10, 30
_SWEPT = 500
_KIND = "accounts.administrator"


@transaction.atomic
def note(
    action: Action,
    account: Administrator | None,
    *,
    address: str,
    cause: str,
    now: datetime,
    every: timedelta = MINUTE,
    network: str | None = None,
) -> None:
    """Record ``action``, or count it until ``every`` has passed since the last time."""
    network = network_of(address) if network is None else network
    who = account.pk if account else 0
    if not Note.objects.filter(action=action, who=who, network=network).exists() and _too_many(who, now):
        who, network, address, account = 0, "", "", None
    row = _locked(action, who, network, address, cause, now)
    row.pending += 1
    if row.written_at is None or row.written_at <= now - every:
        _write(row, account, now)
    row.save(update_fields=["pending", "written_at"])


def flush(now: datetime, account: Administrator | None = None) -> None:
    """Record what was counted and not told for a minute, and all of ``account``; forget what is old."""
    due = Q(written_at__lte=now - MINUTE) | Q(who=account.pk if account else -1)
    waiting = Note.objects.filter(due, pending__gt=0).exclude(action=Action.ATTACKED)
    old = Note.objects.filter(written_at__lt=now - HOUR)
    if not (waiting.exists() or old.exists()):
        return
    with transaction.atomic():
        found = list(waiting.order_by("pk").select_for_update(skip_locked=True)[:_SWEPT])
        accounts = Administrator.objects.in_bulk({row.who for row in found})
        for row in found:
            _write(row, accounts.get(row.who), now)
            row.save(update_fields=["pending", "written_at"])
        free = old.select_for_update(skip_locked=True)[:_SWEPT]
        Note.objects.filter(pk__in=[row.pk for row in free]).delete()


def _too_many(who: int, now: datetime) -> bool:
    lately = Note.objects.filter(written_at__gt=now - MINUTE)
    return (
        lately.filter(who__gt=0).count() >= OF_ACCOUNTS
        if who
        else lately.filter(who=0).count() >= OF_STRANGERS
    )


def _locked(action: Action, who: int, network: str, address: str, cause: str, now: datetime) -> Note:
    """The row, made when it is missing, locked and with what is known of this time."""
    row = Note(action=action, who=who, network=network, address=address, cause=cause, last_at=now)
    Note.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=("action", "who", "network"),
        update_fields=("address", "cause", "last_at"),
    )
    return Note.objects.get(action=action, who=who, network=network)


def _write(row: Note, account: Administrator | None, now: datetime) -> None:
    """Record what ``row`` counted, at the time of the last one."""
    after: dict[str, object] = {"failures": row.pending} if row.pending > 1 else {}
    after |= {"cause": row.cause} if row.cause else {}
    actor = Actor("", address=row.address)  # who fails to sign in is not known; who is refused a page is
    if account and row.action == Action.REFUSED:
        actor = Actor(account.username, account.pk, row.address)
    record(
        row.action,
        account,
        actor=actor,
        after=after,
        name=row.network if row.action == Action.SHUT else "",
        object_type=_KIND,
        now=row.last_at,
    )
    row.pending, row.written_at = 0, now
