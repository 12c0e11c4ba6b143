"""What partners' domains gateways found to be services of rooms."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column that a report fills."""

    dependencies = [("gateway", "0006_dialback")]

    operations = [
        migrations.AddField(
            model_name="report",
            name="rooms",
            field=models.JSONField(default=list, verbose_name="services of rooms"),
        ),
    ]
