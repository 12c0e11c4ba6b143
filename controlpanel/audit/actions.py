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
def known() -> dict[str, _StrPromise | str]:
    """Every action with its label, in the order of the installed rooms."""
    labels: dict[str, _StrPromise | str] = {}
    for app in apps.get_app_configs():
        name = f"{app.name}.actions"
        if app.name.startswith(("controlpanel.", "federation.")) and name != __name__ and find_spec(name):
            labels.update(import_module(name).Action.choices)
    return labels
