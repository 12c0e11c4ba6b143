"""Columns that say whether something is permitted, in files of other products. Pure Python.

Such a column is never passed over: a list of servers that are blocked looks like one of servers that are let
in, but for one word. Headings and cells are as delimited.heading_key() gives them.
"""

from __future__ import annotations

import re

_DENIED = re.compile(
    r"(is|are|est)?(block|deny|black)(ed|list(ed)?)?|(is)?denied|(is)?reject(ed)?|refused?|forbid(den)?"
    r"|(is)?ban(ned)?|(dis|not)allow(ed)?|prohibited|drop(ped)?|excluded?|blacklist(ed)?"
    r"|(est)?bloque[esr]{0,2}|refuse[esr]{0,2}|refus|interdi(t|te|ts|tes|re)|rejete[esr]{0,2}|exclu[es]{0,2}"
    r"|listenoire|nonautorise[es]{0,2}"
)
_ALLOWED = re.compile(
    r"allow(ed|list(ed)?)?|white(list(ed)?)?|permit(ted)?|accept(ed)?|grant(ed)?|enabled|yes|true|1|ok"
    r"|autorise[esr]{0,2}|permis|accepte[es]{0,2}|oui|vrai"
)
_NO = re.compile(
    r"false|no|n|0|off|faux|non|disabled|inacti(ve|f|fs|ves)|desactive[es]{0,2}|suspend(ed|u|ue|us)"
)
#: A cell below such a heading says whether; what is not known to permit does not.
_PERMISSION = re.compile(r"permissions?|action|access|verdict|decision|autorisation|acces|acl|allowdeny")
#: No in such a column is a no.
_ALLOWING = re.compile(
    r"(is|est)?(allowed|permitted|authori[sz]ed|autorise|permis)|allow|permit"
    r"|(is|account|user)?(enabled|active)|enable|(est|compte)?acti(f|ve|vee)s?"
)
#: Yes in such a column is a no.
_CLOSING = re.compile(
    r"(is|account|user)?(disabled|inactive|suspended)|(est|compte)?(desactive|inacti(f|ve)|suspendu)e?s?"
    r"|blockcredential|(sign|log)in(blocked|disabled)"
)


#: What is in every cell that denies: the quick test for a whole line.
_HINTS = (
    "block", "deny", "denied", "black", "reject", "rejet", "refus", "forbid", "ban", "allow", "prohib",
    "drop", "exclu", "bloqu", "interdi", "liste", "autoris",
)  # fmt: skip


def decides(heading: str) -> bool:
    """Whether a cell below ``heading`` says something by yes or no alone."""
    return any(each.fullmatch(heading) for each in (_PERMISSION, _DENIED, _ALLOWING, _CLOSING))


def may_deny(line: str) -> bool:
    """Whether a cell of ``line``, as it stands in the file, may deny something whatever its heading."""
    lower = line.lower()
    return any(hint in lower for hint in _HINTS)


def denies(heading: str, cell: str) -> bool:
    """Whether ``cell``, below ``heading``, says that what its line names is not permitted."""
    if not cell:
        return False
    if _DENIED.fullmatch(cell):
        return True
    if _PERMISSION.fullmatch(heading):
        return not _ALLOWED.fullmatch(cell)
    if _DENIED.fullmatch(heading) or _CLOSING.fullmatch(heading):
        return not _NO.fullmatch(cell)
    return bool(_ALLOWING.fullmatch(heading) and _NO.fullmatch(cell))
