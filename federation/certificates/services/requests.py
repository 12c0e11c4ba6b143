"""Requests for a certificate: made with their key, cancelled with their key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from controlpanel.audit import commits
from controlpanel.shell.text import fold, sort_key
from federation.certificates.actions import Action
from federation.certificates.models import Request
from federation.certificates.services import keys
from federation.certificates.words import refusals_told, told
from federation.topology.models import LocalDomain
from federation.x509.findings import Severity
from federation.x509.requests import build, examine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from controlpanel.audit.actor import Actor
    from federation.certificates.models import Certificate
    from federation.x509.findings import Finding
    from federation.x509.requests import Plan


def local_domains() -> list[str]:
    """The domains the gateway speaks for, in stored form."""
    return list(LocalDomain.objects.values_list("domain", flat=True))


def examined(plan: Plan) -> tuple[Finding, ...]:
    """All there is to say about a plan, errors first."""
    return examine(plan, local_domains())


def named(name: str) -> dict[str, str]:
    """The columns of a friendly name. Raises ValidationError when nothing is left of it."""
    name = " ".join(name.split())
    if not fold(name):
        raise ValidationError({"name": _("Type a friendly name.")})
    return {"name": name, "name_sort": sort_key(name)}


@sensitive_variables()
@transaction.atomic
def create_request(
    *, name: str, plan: Plan, actor: Actor, reason: str = "", renews: Certificate | None = None
) -> Request:
    """Make a key and a request signed by it; the key is sealed at once. Raises ValidationError."""
    columns: dict[str, Any] = named(name)
    if errors := [told(each) for each in examined(plan) if each.severity is Severity.ERROR]:
        raise ValidationError(errors)
    with refusals_told():
        made = build(plan)
    row = Request(
        **columns,
        key_pair=keys.keep(made.key),
        pem=made.pem,
        gateway=made.dns_names[0],
        names="\n".join(made.dns_names),
        key_kind=plan.key.value,
        renews=renews,
    )
    return commits.create(row, action=Action.REQUEST_CREATE, actor=actor, reason=reason)


@transaction.atomic
def cancel_requests(rows: Iterable[Request], *, actor: Actor, reason: str = "") -> int:
    """Delete requests and their keys: an answer that still comes cannot be used. Returns how many.

    They are as the actor saw them: one that was changed or answered since raises Conflict or Gone.
    """
    return sum(
        end_request(commits.seen(row), action=Action.REQUEST_CANCEL, actor=actor, reason=reason)
        for row in sorted(rows, key=lambda row: row.pk)
    )


def end_request(row: Request, *, action: Action, actor: Actor, reason: str = "") -> int:
    """Delete a request, and its key unless a certificate has it. Inside a transaction."""
    pair = row.key_pair
    commits.delete(row, action=action, actor=actor, reason=reason)
    keys.destroy_unused(type(pair).objects.get(pk=pair.pk))
    return 1
