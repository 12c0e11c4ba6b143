"""What stops when communications with federated users are turned off: rooms above this one register here.

Rooms import downwards only, and who depends on the edge lives above it. Such a room calls ``register`` in its
AppConfig.ready(); what a room beside this one has (partners), a room above both registers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable


class Dependent(NamedTuple):
    """A kind of object that works only while federation is on: "policies", how many, and their page."""

    label: str
    number: int
    url: str
    exact: bool = True

    @property
    def shown(self) -> str:
        """The number for a reader; "about" one that the database estimated."""
        number = number_format(self.number, force_grouping=True)
        return number if self.exact else _("about %(number)s") % {"number": number}


registered: list[Callable[[], Dependent]] = []


def register(count: Callable[[], Dependent]) -> None:
    """Ask ``count`` from now on, once however often it is registered; its label fits its number."""
    if count not in registered:
        registered.append(count)


def all_dependents() -> list[Dependent]:
    """What stops, in the order in which rooms registered; one count each."""
    return [count() for count in registered]
