"""The closed list of audit actions: all that the rooms declare in their ``actions.py``.

An action is ``area:noun:verb``. A room declares ``class Action(TextChoices)``; nothing else can be recorded.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from django.apps import apps

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@cache
def confidential() -> frozenset[str]:
    """Actions that rooms declare CONFIDENTIAL: only those read them who look after the accounts."""
    rooms = [app.name for app in apps.get_app_configs()]
    modules = [import_module(name) for name in map(_declared, rooms) if name]
    return frozenset[str]().union(*(getattr(module, "CONFIDENTIAL", ()) for module in modules))


@cache
def known() -> dict[str, _StrPromise | str]:
    """Every action with its label, in the order of the installed rooms."""
    labels: dict[str, _StrPromise | str] = {}
    for app in apps.get_app_configs():
        if name := _declared(app.name):
            labels.update(import_module(name).Action.choices)
    return labels


def _declared(app: str) -> str:
    """The module of a room's actions; "" when it has none."""
    name = f"{app}.actions"
    ours = app.startswith(("controlpanel.", "federation.")) and name != __name__
    return name if ours and find_spec(name) else ""
