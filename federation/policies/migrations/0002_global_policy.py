"""The Global policy exists from installation (lync-reference.md, 2.1)."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.utils import timezone


def make_global(apps: Any, schema_editor: Any) -> None:
    """Everything off; it governs everybody whom no other policy governs."""
    policy = apps.get_model("policies", "ExternalAccessPolicy")
    policy.objects.get_or_create(
        scope=0,
        defaults={"changed_at": timezone.now(), "changed_by": "system", "version": 1},
    )


class Migration(migrations.Migration):
    """Makes one row."""

    dependencies = [("policies", "0001_initial")]
    operations = [migrations.RunPython(make_global, migrations.RunPython.noop)]
