"""Administrators get the columns of a recorded row, so that no page overwrites what its reader has not seen."""

from __future__ import annotations

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """Those that exist were last changed "now" by "system"."""

    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="administrator",
            name="changed_at",
            field=models.DateTimeField(
                db_index=True,
                default=django.utils.timezone.now,
                editable=False,
                verbose_name="last changed",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="administrator",
            name="changed_by",
            field=models.CharField(default="system", editable=False, max_length=150, verbose_name="by"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="administrator",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
    ]
