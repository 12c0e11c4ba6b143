"""The XMPP gateway configuration is published with more fields: it goes to the gateways with the next look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NEW_FORM = 0


def publish(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put it into the outbox; where nothing was ever published, it is with the first revision."""
    if apps.get_model("replication", "Revision").objects.exists():
        apps.get_model("replication", "Unpublished").objects.get_or_create(event=NEW_FORM)


class Migration(migrations.Migration):
    dependencies = [
        ("replication", "0003_certificates"),
    ]

    operations = [migrations.RunPython(publish, migrations.RunPython.noop, elidable=True)]
