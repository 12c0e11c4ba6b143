"""What commands that import a file print of its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from controlpanel.shell.agreeing import Plan
    from controlpanel.shell.upload import Part


def lines(parts: Iterable[Part], plan: Plan) -> Iterator[str]:
    """What would be done by name, and which columns were not read."""
    for each in parts:
        if each.lines:
            yield each.title
            yield from (f"  {line}" for line in each.lines)
            if each.more:
                yield f"  ... and {each.more:,} more"
    if plan.unread:
        yield f"Columns that were not read: {', '.join(plan.unread)}."


def unanswered(plan: Plan, *, agreed: bool, dry_run: bool) -> str:
    """Why nothing was imported although no line is wrong; "" when it was, or was not to be."""
    if not plan.questions or agreed or dry_run:
        return ""
    return "Nothing was imported. If you mean it all the same, add --accept-warnings."
