"""Labels and sentences of this room, for what rules.py and lists.py say in codes (lync-reference.md, 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from controlpanel.shell.damage import Damage
from controlpanel.shell.filewords import DAMAGE
from federation.partners.lists import ListCode
from federation.partners.rules import MEANINGS, Choice, Code, Method, Negotiation, PartnerType
from federation.topology import opposites
from federation.topology.words import SENTENCES as NAME_SENTENCES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.utils.functional import _StrPromise

    from controlpanel.shell.delimited import Fault

#: How many bad lines of a list are told one by one.
TOLD_FAULTS = 20

TYPE_LABELS: dict[PartnerType, _StrPromise] = {
    PartnerType.FEDERATED: pgettext_lazy("partner type", "Federated"),
    PartnerType.PUBLIC_VERIFIED: pgettext_lazy("partner type", "Public verified"),
    PartnerType.PUBLIC_UNVERIFIED: pgettext_lazy("partner type", "Public unverified"),
}

TYPE_USES: dict[PartnerType, _StrPromise] = {
    PartnerType.FEDERATED: gettext_lazy("The same company, or an established business partner."),
    PartnerType.PUBLIC_VERIFIED: gettext_lazy(
        "A provider trusted to verify who its people are. Not recommended."
    ),
    PartnerType.PUBLIC_UNVERIFIED: gettext_lazy("Recommended for public providers such as Google Talk."),
}

NEGOTIATION_LABELS: dict[Negotiation, _StrPromise] = {
    Negotiation.REQUIRED: pgettext_lazy("negotiation", "Required"),
    Negotiation.OPTIONAL: pgettext_lazy("negotiation", "Optional"),
    Negotiation.NOT_SUPPORTED: pgettext_lazy("negotiation", "Not Supported"),
}

METHOD_LABELS: dict[Method, _StrPromise] = {
    Method.SASL_TLS: gettext_lazy("SASL over TLS"),
    Method.DIALBACK_TLS: gettext_lazy("TLS dialback"),
    Method.DIALBACK_TCP: gettext_lazy("TCP dialback, not encrypted"),
}

#: Why a choice is warned of or refused.
CODE_SENTENCES: dict[Code, _StrPromise] = {
    Code.NONE: gettext_lazy("Nothing speaks against this choice."),
    Code.DIALBACK_UNUSED: gettext_lazy(
        "Dialback never happens while both TLS and SASL are required. It is inactive."
    ),
    Code.SASL_MAY_FAIL: gettext_lazy(
        "SASL needs TLS. As TLS is only optional, it may not come about, and SASL fails then."
    ),
    Code.NO_METHOD: gettext_lazy(
        "SASL or dialback must be enabled. Without either the servers cannot trust each other."
    ),
    Code.SASL_NEEDS_TLS: gettext_lazy("SASL must have TLS support. Nothing is saved without it."),
}

LIST_SENTENCES: dict[ListCode, _StrPromise] = {
    ListCode.TWICE: gettext_lazy("It stands on line %(first)s already."),
    ListCode.PRIMARY: gettext_lazy("It is the primary domain of this partner, and needs no line."),
    ListCode.TAKEN: gettext_lazy("It belongs to the partner %(partner)s already."),
    ListCode.OURS: gettext_lazy("It is a domain of your own organisation."),
    ListCode.CUT: DAMAGE[Damage.CUT_LIST],
    ListCode.TOO_MANY: gettext_lazy("These are more than %(limit)s lines."),
}

_SENTENCES: dict[str, _StrPromise] = {
    str(code): sentence
    for sentences in (NAME_SENTENCES, LIST_SENTENCES, CODE_SENTENCES)
    for code, sentence in sentences.items()
}


class Row(NamedTuple):
    """What people of partners of a type may do, in a table beside the choice."""

    type: PartnerType
    label: _StrPromise
    use: _StrPromise
    may_ask: str
    may_write: str
    sees_notes: str


def meanings() -> list[Row]:
    """A row for each partner type (reference 3.4.1)."""
    yes, no = _("Yes"), _("Never")
    listed = _("Only when our user has added the person")
    return [
        Row(
            each,
            TYPE_LABELS[each],
            TYPE_USES[each],
            _("Yes; our user answers the request") if meaning.may_ask else listed,
            yes if meaning.may_write else listed,
            yes if meaning.sees_notes else no,
        )
        for each, meaning in MEANINGS.items()
    ]


def nearest(choice: Choice) -> str:
    """What to choose instead of a refused choice."""
    said = _("The nearest valid choice: TLS “%(tls)s”, SASL “%(sasl)s”, with dialback.")
    if not choice.dialback:
        said = _("The nearest valid choice: TLS “%(tls)s”, SASL “%(sasl)s”, without dialback.")
    return said % {"tls": NEGOTIATION_LABELS[choice.tls], "sasl": NEGOTIATION_LABELS[choice.sasl]}


def why(fault: Fault) -> str:
    """Why a domain of a list is refused, or a negotiation warned of or refused."""
    return str(_SENTENCES[fault.code] % fault.params)


def by_line(faults: Iterable[Fault]) -> list[str]:
    """A sentence for each bad line of a list; of very many the first, and how many more there are."""
    ordered = sorted(faults, key=lambda fault: fault.line)
    said = [
        _("Line %(line)s, “%(text)s”: %(why)s")
        % {"line": fault.line, "text": fault.params.get("text", ""), "why": why(fault)}
        for fault in ordered[:TOLD_FAULTS]
    ]
    if (more := len(ordered) - TOLD_FAULTS) > 0:
        bad = ngettext("%(count)s more line is bad.", "%(count)s more lines are bad.", more)
        said.append(bad % {"count": more})
    return said


#: The domain stands before it, in quotation marks.
BLOCKED = gettext_lazy(
    "It is on the list of blocked SIP domains. As a partner’s, it may talk to your users over XMPP."
)


def blocked(domains: Collection[str]) -> list[str]:
    """A sentence for each of the stored ``domains`` that is blocked for SIP, the first of them."""
    found = opposites.found(opposites.BLOCKED, domains)
    told = [
        _("“%(text)s”: %(why)s") % {"text": shown, "why": BLOCKED}
        for shown in list(found.values())[:TOLD_FAULTS]
    ]
    more = len(found) - len(told)
    return [*told, *([_("And %(count)s more.") % {"count": more}] if more else [])]
