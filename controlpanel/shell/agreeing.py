"""What an import asks before it writes: it is agreed to as it was asked, and asked again when it differs."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from controlpanel.shell.delimited import Fault


class Plan(Protocol):
    """What an import would do; of what it holds beside this its room's words tell."""

    faults: list[Fault]
    warnings: list[Fault]
    #: What is done only when it was agreed to.
    questions: list[Fault]
    #: Headings of the file that were not read.
    unread: tuple[str, ...]

    def members(self) -> Iterable[tuple[Any, dict[str, Any], dict[str, Any]]]:
        """Each row that is written, with its facts before and after."""


def mark(questions: Sequence[Fault]) -> str:
    """What stands for exactly these questions; "" for none."""
    if not questions:
        return ""
    told = "\n".join(f"{each.line} {each.code} {sorted(each.params.items())}" for each in questions)
    return sha256(told.encode()).hexdigest()


def effect(plan: Plan) -> str:
    """What stands for everything that ``plan`` would write."""
    digest = sha256()
    for row, before, after in plan.members():
        names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
        told = [str(row), [(name, before.get(name), after.get(name)) for name in names]]
        digest.update(json.dumps(told, default=str).encode() + b"\n")
    return digest.hexdigest()


def is_agreed(plan: Plan, agreed: bool | Callable[[Any], bool]) -> bool:
    """Whether ``plan`` may be carried out: True agrees to whatever it asks, False to what asks nothing.

    A page gives a function, which knows what the plan said when it was shown.
    """
    return agreed(plan) if callable(agreed) else agreed or not plan.questions
