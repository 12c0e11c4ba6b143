"""List certificates and requests from the command line."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from federation.certificates import telling
from federation.certificates.management.panelcommand import PanelCommand
from federation.certificates.models import Certificate, Request
from federation.certificates.words import left


class Command(PanelCommand):
    """manage.py certificate_list [--json]."""

    help = "List the certificates of the gateway, the one that ends first on top, and pending requests."

    def handle(self, *_args: Any, **options: Any) -> None:
        """One line a certificate."""
        now = timezone.now()
        rows = list(Certificate.objects.listed(now).order_by("not_after", "pk"))
        requests = list(Request.objects.order_by("pk"))
        data = {
            "certificates": [telling.certificate(row, now) for row in rows],
            "requests": [telling.request(row) for row in requests],
        }
        lines = [
            f"{row.pk}\t{row.not_after:%Y-%m-%d}\t{left(row.not_before, row.not_after, now).words}\t"
            f"{'in use' if row.used else '-'}\t{row.name}"
            for row in rows
        ]
        self.tell(options, data, *lines, *(f"request {row.pk}\t{row.name}" for row in requests))
