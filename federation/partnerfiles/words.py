"""Sentences of this room, for what csvfile.py and planning.py say in codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from controlpanel.audit.words import compared
from controlpanel.shell.filewords import DAMAGE, DENIED
from controlpanel.shell.filewords import SENTENCES as FILE_SENTENCES
from controlpanel.shell.upload import Part, part
from federation.partnerfiles.csvfile import RowCode
from federation.partners.models import Partner
from federation.partners.rules import Choice, Negotiation
from federation.partners.words import BLOCKED, nearest, why
from federation.topology.names import shown_domain

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from controlpanel.shell.delimited import Fault
    from federation.partnerfiles.planning import Change, Plan

ROW_SENTENCES: dict[RowCode, _StrPromise] = {
    RowCode.DUPLICATE: gettext_lazy("It stands on line %(first)s already."),
    RowCode.BLOCKED: BLOCKED,
    RowCode.DENIED: DENIED,
    RowCode.TYPE: gettext_lazy("Write Federated, PublicVerified or PublicUnverified."),
    RowCode.NEGOTIATION: gettext_lazy("Write Required, Optional or NotSupported."),
    RowCode.NOT_A_BOOLEAN: gettext_lazy("Write True or False."),
    RowCode.CONNECTION_LIMIT: gettext_lazy("Write a whole number from 1 to %(limit)s, or nothing."),
    RowCode.CONTROL: gettext_lazy("Remove the control characters or line breaks from this text."),
    RowCode.TOO_LONG: gettext_lazy("The description is longer than %(limit)s characters."),
}

_SENTENCES: dict[str, _StrPromise] = {
    str(code): sentence
    for sentences in (FILE_SENTENCES, DAMAGE, ROW_SENTENCES)
    for code, sentence in sentences.items()
}


def told(fault: Fault) -> str:
    """Why a line of a file is refused or warned of, with what stood there."""
    said = str(_SENTENCES[fault.code] % fault.params) if fault.code in _SENTENCES else why(fault)
    if "tls" in fault.params:
        tls, sasl, dialback = (fault.params[name] for name in Choice._fields)
        said = f"{said} {nearest(Choice(Negotiation(str(tls)), Negotiation(str(sasl)), bool(dialback)))}"
    text = fault.params.get("text", fault.params.get("value"))
    return _("“%(text)s”: %(why)s") % {"text": text, "why": said} if text else said


def done(plan: Plan) -> str:
    """What an import did, in numbers."""
    numbers = {"new": len(plan.new), "changed": len(plan.changed), "unchanged": plan.unchanged}
    shown = {name: _number(number) for name, number in numbers.items()}
    return _("Partners made: %(new)s, changed: %(changed)s, as they were: %(unchanged)s.") % shown


def parts(plan: Plan) -> list[Part]:
    """What an import would do, partner by partner."""
    new, changed = len(plan.new), len(plan.changed)
    told = (
        (new, ngettext("%(count)s partner is made.", "%(count)s partners are made.", new), plan.new),
        (
            changed,
            ngettext("%(count)s partner is changed.", "%(count)s partners are changed.", changed),
            plan.changed,
        ),
    )
    same = ngettext(
        "%(count)s partner is as the file says already.",
        "%(count)s partners are as the file says already.",
        plan.unchanged,
    )
    return [
        *(
            part(title % {"count": _number(count)}, map(_change, some), count)
            for count, title, some in told
            if count
        ),
        Part(same % {"count": _number(plan.unchanged)}, ()),
    ]


def _change(change: Change) -> str:
    """A partner by name, with its additional domains or with what differs."""
    before, after = change.facts()
    if change.existing is None:
        after = {"additional_domains": [*map(shown_domain, change.come[1:])]} if change.come[1:] else {}
    said = compared(Partner._meta.label_lower, before, after)
    name = change.partner.shown
    return _("%(name)s: %(changes)s") % {"name": name, "changes": said} if said else name


def _number(number: int) -> str:
    return str(number_format(number, force_grouping=True))
