"""Who gains and who loses by a change to partners: rooms above this one register here at start.

Rooms import downwards only, and the users who talk to a partner live above. Such a room calls ``register`` in
its AppConfig.ready().
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from federation.partners.models import Partner, PartnerQuerySet
    from federation.partners.rules import PartnerType


class Effect(NamedTuple):
    """What people gain and lose, in sentences of the reader's language."""

    gains: tuple[str, ...] = ()
    loses: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gains or self.loses)


class Dependents(Protocol):
    """Somebody who knows whom a change concerns."""

    def removal(self, partners: PartnerQuerySet) -> Effect:
        """What becomes of whom when ``partners`` go."""

    def retyping(self, partner: Partner, wanted: PartnerType) -> Effect:
        """What becomes of whom when ``partner`` becomes of the type ``wanted``."""


registered: list[Dependents] = []


def register(dependents: Dependents) -> None:
    """Ask ``dependents`` from now on; once however often it is called."""
    if dependents not in registered:
        registered.append(dependents)


def removal(partners: PartnerQuerySet) -> Effect:
    """What all say to the deletion of ``partners``."""
    return _together([each.removal(partners) for each in registered])


def retyping(partner: Partner, wanted: PartnerType) -> Effect:
    """What all say to another type of ``partner``."""
    return _together([each.retyping(partner, wanted) for each in registered])


def _together(effects: list[Effect]) -> Effect:
    return Effect(
        tuple(said for effect in effects for said in effect.gains),
        tuple(said for effect in effects for said in effect.loses),
    )
