"""Each panel has an identity from installation."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from federation.replication.models import THE_ROW, new_identity


def make_row(apps: Any, schema_editor: Any) -> None:
    """One row."""
    panel = apps.get_model("replication", "Panel")
    panel.objects.get_or_create(pk=THE_ROW, defaults={"identity": new_identity()})


class Migration(migrations.Migration):
    """Makes one row."""

    dependencies = [("replication", "0001_initial")]
    operations = [migrations.RunPython(make_row, migrations.RunPython.noop)]
