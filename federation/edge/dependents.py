"""What stops when communications with federated users are turned off: rooms above this one register here.

Rooms import downwards only, and who depends on the edge lives above it. Such a room calls ``register``, or
``register_switching``, in its AppConfig.ready(); for a room beside this one (partners) one above both does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


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
switching: list[Callable[[bool], Sequence[str]]] = []


def register(count: Callable[[], Dependent]) -> None:
    """Ask ``count`` from now on, once however often it is registered; its label fits its number."""
    if count not in registered:
        registered.append(count)


def all_dependents() -> list[Dependent]:
    """What stops, in the order in which rooms registered; one count each."""
    return [count() for count in registered]


def register_switching(tell: Callable[[bool], Sequence[str]]) -> None:
    """Let ``tell`` say, in sentences, who gains and who loses when federation becomes True or False."""
    if tell not in switching:
        switching.append(tell)


def who_gains_and_loses(*, federation: bool) -> list[str]:
    """What all say to ``federation`` as it would become."""
    return [said for tell in switching for said in tell(federation)]
