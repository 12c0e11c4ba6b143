"""Sign-in, sign-out and lock-out, written to the change log (OWASP ASVS 16.3.1)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from axes.helpers import get_cool_off
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.utils import timezone

from controlpanel.accounts.actions import Action
from controlpanel.accounts.models import Administrator
from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from controlpanel.audit.records import record
from controlpanel.shell.http import client_address
from controlpanel.shell.text import fold

if TYPE_CHECKING:
    from django.http import HttpRequest


def follow() -> None:
    """Connect to Django's and axes' signals."""
    user_logged_in.connect(_signed_in, dispatch_uid="panel-sign-in")
    user_logged_out.connect(_signed_out, dispatch_uid="panel-sign-out")
    user_locked_out.connect(_locked_out, dispatch_uid="panel-lock-out")


def _signed_in(sender: object, request: HttpRequest, user: Administrator, **_rest: Any) -> None:
    _note(Action.SIGN_IN, user, request)


def _signed_out(sender: object, request: HttpRequest, user: Administrator | None, **_rest: Any) -> None:
    if user is not None:
        _note(Action.SIGN_OUT, user, request)


def attempted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The name that somebody tries to sign in with, as axes counts and the log keeps it.

    Folded, or each spelling of a name would have its own five attempts; and without what does not print.
    """
    given = (credentials if credentials else request.POST).get("username")
    return "".join(letter for letter in fold(str(given or ""))[:150] if letter.isprintable())


def _locked_out(sender: object, request: HttpRequest, username: str, **_rest: Any) -> None:
    """Record it once: axes tells again with every attempt, and the log would be the attacker's to fill."""
    address = client_address(request)
    told = AuditEvent.objects.filter(action=Action.LOCK_OUT, object_name=username, address=address)
    if told.filter(at__gt=timezone.now() - (get_cool_off(request) or timedelta())).exists():
        return
    account = Administrator.objects.filter(username__iexact=username).first()
    with transaction.atomic():
        record(Action.LOCK_OUT, account, actor=Actor("", address=address), name=username)


def _note(action: Action, user: Administrator, request: HttpRequest | None) -> None:
    address = client_address(request) if request is not None else ""
    with transaction.atomic():
        record(action, user, actor=Actor(user.username, user.pk, address))
