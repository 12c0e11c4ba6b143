"""Names from a version before that XMPP servers read as others: for whoever takes the panel over."""

from __future__ import annotations

import sys
from typing import Any

from federation.certificates.management.panelcommand import PanelCommand
from federation.status.misread import misnamed


class Command(PanelCommand):
    """manage.py check_names [--json]: exit status 1 when there is such a name."""

    help = "List the names that XMPP servers read as other names, and say what to do about each."

    def handle(self, *_args: Any, **options: Any) -> None:
        """Find, tell."""
        found = list(misnamed())
        told = [{"name": each.name, "sentence": each.sentence, "page": each.url} for each in found]
        self.tell(options, told, *(f"{each.name}\t{each.sentence}" for each in found))
        if found:
            sys.exit(1)
