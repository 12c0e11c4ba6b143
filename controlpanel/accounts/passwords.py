"""Every page that asks for a password asks here: counted, one at a time, and traced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import auth
from django.utils import timezone

from controlpanel.accounts import hashing
from controlpanel.accounts.actions import Action
from controlpanel.accounts.models import Administrator
from controlpanel.accounts.names import LONGEST_NAME, name_key
from controlpanel.accounts.services import counters, end_session, traces
from controlpanel.accounts.services.counters import NAME_LIMIT, NETWORK_LIMIT, PAIR_LIMIT, Attempt, LockedOut
from controlpanel.shell import processlog
from controlpanel.shell.http import client_address, network

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpRequest

    from controlpanel.accounts.services.counters import Counted
    from controlpanel.shell.http import PanelRequest


def confirm(request: PanelRequest, password: str) -> bool:
    """Whether ``password`` is that of the person signed in, for a page that asks for it again.

    Raises LockedOut when too often it was not; the attempt that was the last one also ends the session.
    """
    account = request.user

    def check() -> Administrator | None:
        return account if account.check_password(password) else None

    try:
        return attempt(request, account.username, check, cause="wrong-own-password") is not None
    except LockedOut as refusal:
        if refusal.fresh:
            end_session(account, address=client_address(request))
            auth.logout(request)
        raise


def attempt(
    request: HttpRequest | None,
    name: str,
    check: Callable[[], Administrator | None],
    *,
    cause: str = "wrong-password",
) -> Administrator | None:
    """What ``check`` finds for somebody who says to be ``name``, or None. Raises LockedOut and Crowded.

    It takes as long, and writes as much, for a name that nobody has.
    """
    address = client_address(request) if request else ""
    tried = Attempt(name_key(name), network(address), timezone.now())
    try:
        counters.refuse(tried)
        with hashing.GATE.turn():
            counted = counters.count(tried)
            try:
                account = check()
            except BaseException:
                counters.uncount(tried, succeeded=False)
                raise
    except LockedOut as refusal:
        _tell("sign-in-refused", name, address, "locked-out", Administrator.objects.called(name))
        raise refusal from None
    if account is not None:
        counters.uncount(tried, succeeded=True)
        return account
    _failed(tried, name, address, counted, cause)
    return None


def _failed(tried: Attempt, name: str, address: str, counted: Counted, cause: str) -> None:
    """Tell of a failure, and of the limits that it reached. Raises LockedOut at the last one of a name."""
    account, now = Administrator.objects.called(name), tried.at
    cause = cause if account and account.is_active else "inactive" if account else "unknown-name"
    _tell("sign-in-failed", name, address, cause, account)
    failed, locked = (
        (Action.FAILED, Action.LOCK_OUT) if account else (Action.FAILED_UNKNOWN, Action.LOCK_OUT_UNKNOWN)
    )
    traces.note(failed, account, address=address, cause=cause, now=now)
    if counted.pair >= PAIR_LIMIT:
        _tell("locked-out", name, address, cause, account)
        traces.note(locked, account, address=address, cause="", now=now)
    if counted.network >= NETWORK_LIMIT:
        processlog.told("network-shut-out", network=tried.network, time=_now(), address=address)
        traces.note(Action.SHUT, None, address=address, cause="", now=now)
    if account and counted.name >= NAME_LIMIT:
        _alarm(account, now)
    counters.sweep(now)
    traces.flush(now)
    if counted.pair >= PAIR_LIMIT:
        raise LockedOut(now + counters.WINDOW, whole=False, fresh=True)


def _alarm(account: Administrator, now: datetime) -> None:
    """One name is tried from many places."""
    processlog.told("name-attacked", network="", time=_now(), name=account.username)
    traces.note(Action.ATTACKED, account, address="", cause="", now=now, every=traces.HOUR, network="")


def _now() -> str:
    return timezone.now().isoformat(timespec="milliseconds")


def _tell(event: str, name: str, address: str, reason: str, account: Administrator | None) -> None:
    """One line. A name that no account has is not kept: people type passwords into the wrong box."""
    processlog.told(
        event,
        network=network(address),
        time=_now(),
        name=name[:LONGEST_NAME] if account else "unknown name",
        address=address,
        reason=reason,
    )
