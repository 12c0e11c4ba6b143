"""What an import asks before it writes: it is agreed to as it was asked, and asked again when it differs."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from controlpanel.shell.delimited import Fault


def mark(questions: Sequence[Fault]) -> str:
    """What stands for exactly these questions; "" for none."""
    if not questions:
        return ""
    told = "\n".join(f"{each.line} {each.code} {sorted(each.params.items())}" for each in questions)
    return sha256(told.encode()).hexdigest()


def is_agreed(questions: Sequence[Fault], agreed: str | bool) -> bool:
    """Whether ``agreed``, the mark of what was asked, or True for whatever there is to ask, covers these."""
    return agreed is True or mark(questions) in {"", agreed}
