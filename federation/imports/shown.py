"""A plan as its page shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from federation.directory.words import AUTOMATIC, AUTOMATIC_LABEL
from federation.intake import words
from federation.intake.plan import SHOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federation.intake.plan import Example, Plan

#: How many new or unknown names are listed.
SHOWN_NAMES = 100


class Difference(NamedTuple):
    """One field of one user: what it is called, was, and will be."""

    label: str
    before: str
    after: str


class Shown:
    """The parts of the page: sums, names, and the first of each kind."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @property
    def sums(self) -> list[tuple[str, str]]:
        """The numbers that head the page."""
        labels = {
            "made": _("New users"),
            "changed": _("Users that change"),
            "left": _("Left as they are"),
            "refused": _("Lines refused"),
        }
        return [(label, number(self.plan.counts[kind])) for kind, label in labels.items()]

    @property
    def made(self) -> list[tuple[str, ...]]:
        """Address, display name, pool, whether enabled, and policy of the first new users."""
        columns = ("address", "display_name", "pool", "enabled", "policy")
        return [tuple(_said(each["after"][name]) for name in columns) for each in self.plan.examples["made"]]

    @property
    def changed(self) -> list[tuple[str, list[Difference]]]:
        """The first users that change, field by field."""
        return [(each["address"], differences(each)) for each in self.plan.examples["changed"]]

    @property
    def refused(self) -> list[tuple[str, str]]:
        """Number and reason of the first lines that are refused."""
        return [
            (number(each["line"]), words.reason(each["code"], each["params"]))
            for each in self.plan.examples["refused"][:SHOWN]
        ]

    @property
    def more(self) -> dict[str, str]:
        """How many of each kind are not shown; "" for none."""
        shown = {kind: min(len(some), SHOWN) for kind, some in self.plan.examples.items()}
        rest = {kind: self.plan.counts[kind] - shown[kind] for kind in shown}
        return {kind: number(count) if count else "" for kind, count in rest.items()}

    @property
    def names(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Pools and policies that are new or unknown, each with its number of lines."""
        plan = self.plan
        parts = (
            (_("Pools that will be made"), plan.new_pools),
            (_("Policies that will be made, with every switch off"), plan.new_policies),
            (_("Unknown pools"), plan.unknown_pools),
            (_("Unknown policies"), plan.unknown_policies),
        )
        return [(title, _counted(names)) for title, names in parts if names]

    @property
    def unread(self) -> list[str]:
        """The first headings that were not read."""
        return self.plan.unread[:SHOWN]

    @property
    def asks_for_pools(self) -> bool:
        """Whether the file names pools that are unknown."""
        return bool(self.plan.new_pools or self.plan.unknown_pools)

    @property
    def asks_for_policies(self) -> bool:
        """Whether the file names policies that are unknown."""
        return bool(self.plan.new_policies or self.plan.unknown_policies)


def differences(example: Example) -> list[Difference]:
    """What changes of one user."""
    before, after = example["before"], example["after"]
    return [Difference(str(words.COLUMNS[name]), _said(before[name]), _said(after[name])) for name in after]


def number(count: int) -> str:
    """A number as the reader's language groups it."""
    return str(number_format(count, force_grouping=True))


def _counted(names: Mapping[str, int]) -> list[tuple[str, str]]:
    return [
        (name, ngettext("%(count)s line", "%(count)s lines", count) % {"count": number(count)})
        for name, count in list(names.items())[:SHOWN_NAMES]
    ]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(AUTOMATIC_LABEL if value == AUTOMATIC else value)
