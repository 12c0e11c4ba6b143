"""Replace the master key from the command line."""

from __future__ import annotations

from typing import Any

from controlpanel.audit.actor import Actor
from federation.certificates.management.panelcommand import PanelCommand, refusals
from federation.certificates.services import keys, rotation


class Command(PanelCommand):
    """manage.py rotate_master_key [--json]."""

    help = (
        "Make a new master key and wrap all keys under it. With PANEL_MASTER_KEY, put the new key in front "
        "of the former one there first; afterwards take the former one out."
    )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it; a crash on the way loses nothing."""
        with refusals():
            count = rotation.rotate_master_key(actor=Actor.command(), reason=options["reason"])
            current = keys.keyring().current.id
        self.tell(
            options,
            {"keys": count, "master_key": current},
            f"Keys sealed under the master key {current} now: {count}. Keep a copy of it.",
        )
