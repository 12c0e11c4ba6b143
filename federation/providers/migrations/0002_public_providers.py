"""Lync ships three public providers, disabled (lync-reference.md, 3.3); they may be deleted.

The server of Windows Live is the one in Microsoft's documentation of New-CsPublicProvider. AOL and Yahoo! ended
this service in June 2014; no documentation at hand names their servers, and their pages say so (rules.ENDED).
"""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.utils import timezone

SHIPPED = (
    ("America Online", "sip.oscar.aol.com"),
    ("Windows Live", "federation.messenger.msn.com"),
    ("Yahoo!", "lcsap.msg.yahoo.com"),
)


def make_providers(apps: Any, schema_editor: Any) -> None:
    """Disabled, and with the panel's verification level."""
    provider = apps.get_model("providers", "FederatedProvider")
    made = {"version": 1, "changed_at": timezone.now(), "changed_by": "system"}
    for name, server in SHIPPED:
        key = name.casefold()
        provider.objects.create(
            kind="public", name=name, name_key=key, name_sort=key, proxy_fqdn=server, **made
        )


class Migration(migrations.Migration):
    """Makes three rows."""

    dependencies = [("providers", "0001_initial")]
    operations = [migrations.RunPython(make_providers, migrations.RunPython.noop)]
