"""Sign-in and sign-out, written to the change log (OWASP ASVS 16.3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from controlpanel.accounts.actions import Action
from controlpanel.accounts.services import traces
from controlpanel.audit.actor import Actor
from controlpanel.audit.models import AuditEvent
from controlpanel.audit.records import record
from controlpanel.shell.http import client_address

if TYPE_CHECKING:
    from django.http import HttpRequest

    from controlpanel.accounts.models import Administrator


def follow() -> None:
    """Connect to Django's signals."""
    user_logged_in.connect(_signed_in, dispatch_uid="panel-sign-in")
    user_logged_out.connect(_signed_out, dispatch_uid="panel-sign-out")


def _signed_in(sender: object, request: HttpRequest, user: Administrator, **_rest: Any) -> None:
    traces.flush(timezone.now(), user)
    sentence = failures_since(user)
    _note(Action.SIGN_IN, user, request)
    if sentence and hasattr(request, "_messages"):
        messages.warning(request, sentence)


def failures_since(account: Administrator) -> str:
    """What somebody is told who gets in: failures with their name since they last did. "" for none."""
    events = AuditEvent.objects.filter(object_type=account._meta.label_lower, object_pk=account.pk)
    last = events.filter(action=Action.SIGN_IN).order_by("-pk").first()
    failed = events.filter(action=Action.FAILED, pk__gt=last.pk if last else 0).order_by("-at", "-pk")
    newest = failed.first()
    if newest is None:
        return ""
    number = sum(after.get("failures", 1) for after in failed.values_list("after", flat=True)[:1000])
    sentence = ngettext(
        "Since you last signed in, signing in with your name failed %(number)s time: on %(when)s UTC, from"
        " %(address)s. If that was not you, tell a CsAdministrator.",
        "Since you last signed in, signing in with your name failed %(number)s times, the last time on"
        " %(when)s UTC, from %(address)s. If that was not you, tell a CsAdministrator.",
        number,
    )
    when = date_format(timezone.localtime(newest.at), "Y-m-d H:i")
    return sentence % {"number": number, "when": when, "address": newest.address or _("an unknown address")}


def _signed_out(sender: object, request: HttpRequest, user: Administrator | None, **_rest: Any) -> None:
    if request is not None:
        request.__dict__["signed_out"] = True  # the middleware has the browser forget
    if user is not None:
        _note(Action.SIGN_OUT, user, request)


def _note(action: Action, user: Administrator, request: HttpRequest | None) -> None:
    address = client_address(request) if request is not None else ""
    with transaction.atomic():
        record(action, user, actor=Actor(user.username, user.pk, address))
