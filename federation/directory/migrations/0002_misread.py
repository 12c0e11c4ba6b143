"""Users whose addresses XMPP servers read as others are noted, and nobody talks under either address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django.db.models.deletion
from django.db import migrations, models

from federation.topology.names import NameRefused, address
from federation.topology.prepared import prepared_local

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def note(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Find them: only an address with letters beyond ASCII can be one."""
    user, misread = apps.get_model("directory", "User"), apps.get_model("directory", "Misread")
    found = []
    rows = user.objects.order_by("pk").values_list("pk", "address")
    for pk, stored in rows.iterator(chunk_size=5000):
        if stored.isascii():
            continue
        try:
            address(stored)
        except NameRefused:
            local, _at, domain = stored.rpartition("@")
            read = prepared_local(local)
            found.append(misread(user_id=pk, read_as=f"{read}@{domain}" if read else ""))
    misread.objects.bulk_create(found, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Misread",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="misread",
                        serialize=False,
                        to="directory.user",
                    ),
                ),
                ("read_as", models.CharField(db_index=True, max_length=512)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunPython(note, migrations.RunPython.noop),
    ]
