"""Whether a directory server enables a person: several attributes may say so, and all must allow it.

What cannot be read allows nothing. Each attribute is judged as its server means it; one that is not known
here holds yes or no.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from federation.intake.rows import ACCOUNT_DISABLED, RowCode, yes_or_no

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: accountExpires counts 100 nanoseconds from 1601 on; these two values mean never (MS-ADA1, 2.3).
_NEVER = frozenset({0, 2**63 - 1})
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"-?[0-9]{1,20}")


class Unreadable(Exception):
    """A value that is none of what the attribute can hold: ``code`` of a refused row."""

    def __init__(self, code: RowCode) -> None:
        super().__init__(code)
        self.code = code


class Verdict(NamedTuple):
    """What the attributes come to: ``closed_by`` the one that does not allow it, "" when all do.

    ``code`` and ``value`` tell what cannot be read.
    """

    closed_by: str = ""
    code: RowCode | None = None
    value: str = ""


def judged(attributes: Sequence[str], values: Mapping[str, Sequence[bytes]], now: datetime) -> Verdict:
    """Judge an entry by ``attributes``; ``values`` has what it holds, by names in small letters.

    One attribute at least must say yes: one that its server leaves out while it has nothing to say
    (userAccountControl, accountExpires) is not enough alone.
    """
    says_yes, closed = False, Verdict()
    for attribute in attributes:
        judge = _JUDGES.get(attribute.casefold(), _yes)
        texts = [value.decode("utf-8", "replace").strip() for value in values.get(attribute.casefold()) or ()]
        if not any(texts):
            allowed = _WITHOUT.get(attribute.casefold(), False)
            says_yes = says_yes or allowed is True
            if allowed is False:
                closed = closed if closed.closed_by else Verdict(attribute)
            continue
        try:
            allows = [judge(text, now) for text in texts]
        except Unreadable as fault:
            return Verdict(attribute, fault.code, texts[0])
        says_yes = says_yes or all(allows)
        if not all(allows):
            closed = closed if closed.closed_by else Verdict(attribute)
    if closed.closed_by or says_yes:
        return closed
    return Verdict(", ".join(attributes))


def _yes(text: str, _now: datetime) -> bool:
    word = yes_or_no(text)
    if word is None:
        raise Unreadable(RowCode.NOT_A_BOOLEAN)
    return word


def _no(text: str, now: datetime) -> bool:
    return not _yes(text, now)


def _account_control(text: str, _now: datetime) -> bool:
    return not _number(text) & ACCOUNT_DISABLED


def _expires(text: str, now: datetime) -> bool:
    number = _number(text)
    if number in _NEVER:
        return True
    try:
        return now < _EPOCH + timedelta(microseconds=number // 10)
    except OverflowError:
        raise Unreadable(RowCode.NOT_A_NUMBER) from None


def _locked(_text: str, _now: datetime) -> bool:
    return False


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise Unreadable(RowCode.NOT_A_NUMBER)
    return int(text)


_JUDGES: Mapping[str, Callable[[str, datetime], bool]] = {
    "useraccountcontrol": _account_control,
    "accountexpires": _expires,
    "nsaccountlock": _no,
    "logindisabled": _no,
    "pwdaccountlockedtime": _locked,
}
#: What it means when an entry has none: True "enabled" (a lock that is not set), None nothing; others: no.
_WITHOUT: Mapping[str, bool | None] = {
    "useraccountcontrol": None,
    "accountexpires": None,
    "nsaccountlock": True,
    "logindisabled": True,
    "pwdaccountlockedtime": True,
}
