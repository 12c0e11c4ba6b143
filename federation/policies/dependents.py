"""Who must be asked before a policy changes or goes: rooms above this one register here at start.

Rooms import downwards only, and what a policy governs lives above. A room that keeps references to policies
calls ``register`` in its AppConfig.ready().
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from controlpanel.lists.paging import count_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from controlpanel.audit.actor import Actor
    from federation.policies.models import ExternalAccessPolicy


class Governed(NamedTuple):
    """How many a policy governs, whether that number is exact, and the page that lists them."""

    number: int
    is_exact: bool
    url: str

    @property
    def text(self) -> str:
        """The number for a reader."""
        return count_text(self.number, self.is_exact)


class Dependents(Protocol):
    """Something that policies govern."""

    def governed(self, policy: ExternalAccessPolicy) -> tuple[int, bool]:
        """How many ``policy`` governs, and whether that is exact."""

    def address(self, policy: ExternalAccessPolicy) -> str:
        """The page that lists them."""

    def fall_back(self, policies: Sequence[ExternalAccessPolicy]) -> list[tuple[str, int]]:
        """(identity, number): which policies would govern them if ``policies`` went."""

    def release(self, policies: Sequence[ExternalAccessPolicy], *, actor: Actor, reason: str) -> None:
        """Let go of ``policies``, in the transaction that deletes them."""


registered: list[Dependents] = []
switching: list[Callable[[ExternalAccessPolicy, Mapping[str, bool]], Sequence[str]]] = []


def register(dependents: Dependents) -> None:
    """Ask ``dependents`` from now on; once however often it is called."""
    if dependents not in registered:
        registered.append(dependents)


def fall_back(policies: Iterable[ExternalAccessPolicy]) -> list[tuple[str, int]]:
    """What users fall back to when ``policies`` go, by number; empty when nobody is governed."""
    going = list(policies)
    return [pair for each in registered for pair in each.fall_back(going)]


def governed(policy: ExternalAccessPolicy) -> list[Governed]:
    """What ``policy`` governs, as its page says it."""
    return [Governed(*each.governed(policy), each.address(policy)) for each in registered]


def register_switching(tell: Callable[[ExternalAccessPolicy, Mapping[str, bool]], Sequence[str]]) -> None:
    """Let ``tell`` say, in sentences, what becomes of whom when the switches of a policy become these."""
    if tell not in switching:
        switching.append(tell)


def switched(policy: ExternalAccessPolicy, then: Mapping[str, bool]) -> list[str]:
    """What all say when the switches of ``policy`` become ``then``."""
    return [said for tell in switching for said in tell(policy, then)]
