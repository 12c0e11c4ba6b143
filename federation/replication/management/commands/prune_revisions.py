"""``manage.py prune_revisions``: forget old revisions; for a timer, once a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from federation.replication import histories

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Keep the revisions of the last days."""

    help = "Forget old revisions. A gateway that was away for longer gets a full document."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument("--days", type=int, default=30, help="How many days to keep (default 30).")

    def handle(self, *_args: Any, days: int, **_options: Any) -> None:
        """Say how many were forgotten."""
        count = histories.prune(timezone.now() - timedelta(days=days))
        self.stdout.write(f"{count} revisions were forgotten.")
