"""The table of sessions keeps a keyed hash of each key from here on; sessions that run go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations

from controlpanel.accounts.sessionstore import kept_key

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def hash_keys(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put the hash in the place of each key."""
    sessions = apps.get_model("sessions", "Session").objects
    for key in list(sessions.values_list("pk", flat=True)):
        sessions.filter(pk=key).update(session_key=kept_key(key))


def end_all(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Back again nobody knows the keys: everybody signs in once more."""
    apps.get_model("sessions", "Session").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_one_name_one_account"), ("sessions", "0001_initial")]

    operations = [migrations.RunPython(hash_keys, end_all)]
