"""Sentences of this room, for what rules.py, csvfile.py and services.py say in codes."""

from __future__ import annotations

from collections import ChainMap
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from controlpanel.audit.records import facts
from controlpanel.audit.words import compared
from controlpanel.shell.filewords import DAMAGE, DENIED
from controlpanel.shell.filewords import SENTENCES as FILE_SENTENCES
from controlpanel.shell.upload import Part, part
from federation.domains.csvfile import RowCode
from federation.domains.models import FederatedDomain, Kind
from federation.topology import opposites
from federation.topology.names import shown_domain
from federation.topology.words import SENTENCES as NAME_SENTENCES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise

    from controlpanel.shell.delimited import Fault
    from federation.domains.planning import Plan

ON_LIST: dict[str, _StrPromise] = {
    Kind.ALLOWED: gettext_lazy("“%(domain)s” is allowed already."),
    Kind.BLOCKED: gettext_lazy("“%(domain)s” is blocked already."),
}

ON_OTHER_LIST: dict[str, _StrPromise] = {
    Kind.ALLOWED: gettext_lazy(
        "“%(domain)s” is an allowed domain, and a domain is never both. To block it, delete it there first."
    ),
    Kind.BLOCKED: gettext_lazy(
        "“%(domain)s” is a blocked domain, and a domain is never both. To allow it, delete it there first."
    ),
}

#: The domain stands before it, in quotation marks.
OF_PARTNER = gettext_lazy(
    "It belongs to the XMPP federated partner %(partner)s, and talks to your users over XMPP all the same."
)

_ROW_SENTENCES: dict[StrEnum, _StrPromise] = {
    RowCode.DUPLICATE: gettext_lazy("It stands on line %(first)s already."),
    RowCode.BY_NAME: gettext_lazy(
        "The name of the file says on which list these domains are, and nothing in it does. Choose the list "
        "yourself, the same one as the name says."
    ),
    RowCode.TOLD_OTHER: gettext_lazy(
        "The file says that these are blocked SIP domains, and this line does not."
    ),
    RowCode.DENIED: DENIED,
    RowCode.PARTNERS: OF_PARTNER,
    RowCode.NO_LIST: gettext_lazy("Say whether these domains are allowed or blocked: the file does not."),
    RowCode.KIND: gettext_lazy("The status is “Allowed” or “Blocked”."),
    RowCode.NOT_A_BOOLEAN: gettext_lazy("Write True or False."),
    RowCode.LEVEL: gettext_lazy("Write AlwaysVerifiable, AlwaysUnverifiable or UseSourceVerification."),
    RowCode.CONTROL: gettext_lazy("Remove the control characters or line breaks from this text."),
    RowCode.COMMENT_TOO_LONG: gettext_lazy("The comment is longer than %(limit)s characters."),
    RowCode.BLOCKED_WITH_MORE: gettext_lazy("A blocked domain has a comment, and nothing else."),
}


_SENTENCES: Mapping[StrEnum, _StrPromise] = ChainMap(_ROW_SENTENCES, DAMAGE, FILE_SENTENCES, NAME_SENTENCES)  # type: ignore[arg-type]  # each for its own enum


def on_list(domain: str, *, wanted: str, found: str) -> str:
    """Why ``domain`` cannot be put on the list ``wanted``: it is on the list ``found``."""
    return str((ON_LIST if found == wanted else ON_OTHER_LIST)[found] % {"domain": domain})


def told(fault: Fault) -> str:
    """One bad line as a sentence, with what stood there."""
    if fault.code is RowCode.OTHER_LIST:
        return str(ON_OTHER_LIST[str(fault.params["kind"])] % {"domain": fault.params["value"]})
    words = str(_SENTENCES[fault.code]) % fault.params
    value = fault.params.get("value")
    return _("“%(value)s”: %(words)s") % {"value": value, "words": words} if value else str(words)


def done(plan: Plan) -> str:
    """What an import did, or would do, in numbers."""
    numbers = {"new": len(plan.new), "changed": len(plan.changed), "unchanged": plan.unchanged}
    shown = {name: _number(number) for name, number in numbers.items()}
    return _("Domains added: %(new)s, changed: %(changed)s, as they were: %(unchanged)s.") % shown


def of_partner(domain: str) -> str:
    """Why the stored ``domain`` is blocked only when that is meant: it is a partner's; else ""."""
    partner = opposites.found(opposites.PARTNERS, [domain]).get(domain)
    if partner is None:
        return ""
    words = {"value": shown_domain(domain), "words": str(OF_PARTNER % {"partner": partner})}
    return _("“%(value)s”: %(words)s") % words


def parts(plan: Plan) -> list[Part]:
    """What an import would do, domain by domain."""
    new, changed, found = len(plan.new), len(plan.changed), []
    if new:
        title = ngettext("%(count)s domain is added.", "%(count)s domains are added.", new)
        lines = (
            _("%(name)s: %(changes)s") % {"name": row, "changes": row.get_kind_display()} for row in plan.new
        )
        found.append(part(title % {"count": _number(new)}, lines, new))
    if changed:
        title = ngettext("%(count)s domain is changed.", "%(count)s domains are changed.", changed)
        lines = (_changed(row, before) for row, before in plan.changed)
        found.append(part(title % {"count": _number(changed)}, lines, changed))
    same = ngettext(
        "%(count)s domain is as the list says already.",
        "%(count)s domains are as the list says already.",
        plan.unchanged,
    )
    return [*found, Part(same % {"count": _number(plan.unchanged)}, ())]


def _changed(row: FederatedDomain, before: Mapping[str, Any]) -> str:
    said = compared(FederatedDomain._meta.label_lower, dict(before), facts(row))
    return _("%(name)s: %(changes)s") % {"name": row, "changes": said}


def _number(number: int) -> str:
    return str(number_format(number, force_grouping=True))


def lost(rows: QuerySet[Any]) -> list[str]:
    """What becomes of users when ``rows`` are deleted; one query."""
    number = rows.filter(kind=Kind.BLOCKED.value).count()
    said = ngettext(
        "%(count)s of them is blocked now, and is no longer blocked then.",
        "%(count)s of them are blocked now, and are no longer blocked then.",
        number,
    )
    return [said % {"count": number}] if number else []
