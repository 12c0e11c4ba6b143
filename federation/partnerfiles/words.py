"""Sentences of this room, for what csvfile.py and planning.py say in codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controlpanel.shell.filewords import SENTENCES as FILE_SENTENCES
from federation.partnerfiles.csvfile import RowCode
from federation.partners.rules import Choice, Negotiation
from federation.partners.words import nearest, why

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from controlpanel.shell.delimited import Fault
    from federation.partnerfiles.planning import Plan

ROW_SENTENCES: dict[RowCode, _StrPromise] = {
    RowCode.DUPLICATE: gettext_lazy("It stands on line %(first)s already."),
    RowCode.LIST_LOST: gettext_lazy(
        "The export lost this list: it prints the name of its type. Join the domains with semicolons first."
    ),
    RowCode.TYPE: gettext_lazy("Write Federated, PublicVerified or PublicUnverified."),
    RowCode.NEGOTIATION: gettext_lazy("Write Required, Optional or NotSupported."),
    RowCode.NOT_A_BOOLEAN: gettext_lazy("Write True or False."),
    RowCode.CONNECTION_LIMIT: gettext_lazy("Write a whole number from 1 to %(limit)s, or nothing."),
    RowCode.CONTROL: gettext_lazy("Remove the control characters or line breaks from this text."),
    RowCode.TOO_LONG: gettext_lazy("The description is longer than %(limit)s characters."),
}

_SENTENCES: dict[str, _StrPromise] = {
    str(code): sentence
    for sentences in (FILE_SENTENCES, ROW_SENTENCES)
    for code, sentence in sentences.items()
}


def told(fault: Fault) -> str:
    """Why a line of a file is refused or warned of, with what stood there."""
    said = str(_SENTENCES[fault.code] % fault.params) if fault.code in _SENTENCES else why(fault)
    if "tls" in fault.params:
        tls, sasl, dialback = (fault.params[name] for name in Choice._fields)
        said = f"{said} {nearest(Choice(Negotiation(str(tls)), Negotiation(str(sasl)), bool(dialback)))}"
    text = fault.params.get("text")
    return _("“%(text)s”: %(why)s") % {"text": text, "why": said} if text else said


def done(plan: Plan) -> str:
    """What an import did, in numbers."""
    numbers = {"new": len(plan.new), "changed": len(plan.changed), "unchanged": plan.unchanged}
    shown = {name: number_format(number, force_grouping=True) for name, number in numbers.items()}
    return _("Partners made: %(new)s, changed: %(changed)s, as they were: %(unchanged)s.") % shown
