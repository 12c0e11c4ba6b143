"""Accounts are told apart by one folded name, and failed sign-ins are counted by the panel itself."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.db import migrations, models

from controlpanel.accounts.names import name_key

CLASHES = (
    "The panel was not upgraded, and nothing was changed: some accounts have names that are one name from this"
    " version on (capitals, accents written in two ways and letters that look the same count once).\n{clashes}\n"
    "Rename all but one of each line, then start the upgrade again:\n"
    "    manage.py rename_administrator OLD_NAME NEW_NAME"
)
#: What the library that counted before has left; it held names as they were typed, maybe passwords.
LEFT = ("axes_accessattemptexpiration", "axes_accessfailurelog", "axes_accessattempt", "axes_accesslog")


def refuse_clashes(apps: Any, schema_editor: Any) -> None:
    """Name the accounts that would be one, before anything is changed."""
    accounts = apps.get_model("accounts", "Administrator").objects.using(schema_editor.connection.alias)
    names: dict[str, list[str]] = {}
    for name in accounts.order_by("pk").values_list("username", flat=True):
        names.setdefault(name_key(name), []).append(name)
    clashes = [f"    {', '.join(each)}" for each in names.values() if len(each) > 1]
    if clashes:
        raise CommandError(CLASHES.format(clashes="\n".join(clashes)))


def fill(apps: Any, schema_editor: Any) -> None:
    """Give each account the key of its name."""
    accounts = apps.get_model("accounts", "Administrator").objects.using(schema_editor.connection.alias)
    for account in accounts.only("username"):
        accounts.filter(pk=account.pk).update(username_key=name_key(account.username))


def drop_what_is_left(apps: Any, schema_editor: Any) -> None:
    """Drop the tables of the library that is no longer there."""
    connection = schema_editor.connection
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for name in LEFT:
            if name in there:
                cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'axes'")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_recorded")]

    operations = [
        migrations.RunPython(refuse_clashes, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="administrator", name="accounts_username_unique"),
        migrations.AddField(
            model_name="administrator",
            name="username_key",
            field=models.CharField(default="", editable=False, max_length=450),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="administrator",
            constraint=models.UniqueConstraint(
                fields=("username_key",),
                name="accounts_name_unique",
                violation_error_code="unique",
                violation_error_message="An administrator with this user name exists already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="administrator",
            constraint=models.CheckConstraint(
                condition=models.Q(("username_key", ""), _negated=True), name="accounts_name_has_key"
            ),
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("action", models.CharField(max_length=60)),
                ("who", models.BigIntegerField()),
                ("network", models.CharField(blank=True, max_length=50)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("cause", models.CharField(blank=True, max_length=40)),
                ("last_at", models.DateTimeField()),
                ("written_at", models.DateTimeField(db_index=True, null=True)),
                ("pending", models.PositiveIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("action", "who", "network"), name="accounts_note_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=64)),
                ("network", models.CharField(blank=True, max_length=50)),
                ("times", models.JSONField(default=list)),
                ("touched", models.DateTimeField(db_index=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("name", "network"), name="accounts_tally_once")
                ],
            },
        ),
        migrations.RunPython(drop_what_is_left, migrations.RunPython.noop),
    ]
