"""What the errors mean that a gateway reports: whether the rules hold there all the same. Pure Python.

It is read off the module (prosody/): whoever adds an alarm there adds its code to one of the two sets, and
its words to federation/status/words.py. A test fails until then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: With these the gateway decides by the revision that it names, and by nothing else.
HOLDING = frozenset(
    {
        "panel-unreachable",  # what it has stays in force; Behind and Silent say what it lacks
        "panel-error",
        "secret-refused",
        "another-history",
        "document-refused",
        "disk",  # in force now; after a restart nobody federates until the panel is heard
        "certificate-refused",  # these three: who may talk is not decided by it
        "certificate-not-served",
        "certificate-not-fetched",
        "dialback-refused",  # these three: partners who ask back get the answer of the secret before
        "dialback-not-fetched",
        "dialback-not-kept",
        "server-unchecked",  # all that was looked at is as it should be
    }
)
#: With these it does not, or not for everyone, so "in force" would be untrue.
BREAKING = frozenset(
    {
        "expired",  # nobody federates
        "panel-in-clear",  # nobody federates, and nothing is asked: it stands in the server's log alone
        "internals",  # nobody federates
        "s2s",  # no stream comes up on some host
        "s2s-not-owned",  # streams come up there without the module, too
        "strict-option",  # no stream comes up with a partner whose record asks for less
        "disk-state",  # it decides by less than it knew, until the panel confirms it
        "apply-failed",  # what came was not applied to its end
        "change-failed",  # what was there before the change may not all have ended
    }
)


def breaking(alarms: Iterable[Mapping[str, Any]]) -> list[str]:
    """The codes, in order, with which the rules do not hold. A code that nobody here knows is one."""
    return sorted({str(alarm.get("code", "")) for alarm in alarms} - HOLDING)
