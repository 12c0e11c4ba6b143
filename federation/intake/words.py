"""Sentences of this room: why a line of a file, or an entry of a directory server, is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from controlpanel.shell.filewords import DAMAGE
from controlpanel.shell.textfile import FileCode
from federation.intake.rows import RowCode
from federation.topology import words as topology
from federation.topology.names import Code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

#: What each column, and each fact of a user, is called.
COLUMNS: dict[str, _StrPromise] = {
    "address": _("SIP address"),
    "display_name": _("Display name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "email": _("E-mail"),
    "department": _("Department"),
    "pool": _("Registrar pool"),
    "enabled": _("Enabled"),
    "enabled_by": _("Not enabled by the attribute"),
    "policy": _("External access policy"),
    "source": _("Directory server"),
}

#: Why a line is refused; follows the column and the value, but for RAGGED.
ROW: dict[str, _StrPromise] = {
    **{str(code): sentence for code, sentence in topology.SENTENCES.items()},
    Code.EMPTY: _("The cell is empty."),
    **{str(code): sentence for code, sentence in DAMAGE.items()},
    RowCode.DENIED: _(
        "The column “%(heading)s” says that this person is not permitted. Take the line out; or replace "
        "that column by a column “Enabled” with True or False."
    ),
    RowCode.DUPLICATE: _("The address came before, in line %(first)s."),
    RowCode.CONTROL: _("Take the hidden character %(codepoint)s out of it."),
    RowCode.TOO_LONG: _("It is longer than %(limit)s characters."),
    RowCode.EMAIL: _("This is not an e-mail address."),
    RowCode.NOT_A_BOOLEAN: _("Write True or False."),
    RowCode.NOT_A_NUMBER: _("This is no number, so the person is not enabled. Correct it in the directory."),
    RowCode.NOT_A_USER_POLICY: _("Only user policies are assigned; the others govern by themselves."),
    RowCode.SEVERAL: _("There are %(number)s values. Only one can be meant."),
    RowCode.NOT_TEXT: _("This is not text."),
    RowCode.NO_POOL: _("A new user needs a pool, and none is named."),
    RowCode.UNKNOWN_POOL: _("There is no such pool."),
    RowCode.UNKNOWN_POLICY: _("There is no such user policy."),
    RowCode.OTHER_SOURCE: _("The record comes from another directory server, %(source)s."),
    FileCode.RAGGED: _("The line has %(found)s cells, and the headings have %(expected)s."),
}

ANOTHER_ENTRY = _("Another entry has the same address, so neither is used.")

OVERTAKEN = _("The directory changed meanwhile, so that this would no longer do what was shown. Look again.")


def reason(code: str, params: Mapping[str, Any]) -> str:
    """Why a line or an entry is refused, with the column and the value it is about."""
    sentence = str(ANOTHER_ENTRY if params.get("first") == 0 else ROW[code]) % params
    if "column" not in params:
        return sentence
    start = str(COLUMNS[params["column"]])
    if params["value"]:
        start = gettext("%(column)s “%(value)s”") % {"column": start, "value": params["value"]}
    return f"{start}{pgettext('after a label', ':')} {sentence}"


def place(line: int, params: Mapping[str, Any]) -> str:
    """Where the line stands, or which entry of a directory server it is."""
    return str(params["entry"]) if "entry" in params else gettext("line %(number)s") % {"number": line}
