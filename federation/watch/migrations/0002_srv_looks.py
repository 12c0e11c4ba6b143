"""Where the SRV records of domains of ours led."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("watch", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SrvLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("domain", models.CharField(max_length=253, unique=True, verbose_name="domain")),
                ("seen_at", models.DateTimeField(verbose_name="seen")),
                ("seen_by", models.CharField(max_length=150, verbose_name="by")),
                ("trouble", models.CharField(blank=True, max_length=40, verbose_name="trouble")),
                ("params", models.JSONField(default=dict)),
                ("targets", models.JSONField(default=list, verbose_name="targets")),
            ],
            options={
                "verbose_name": "SRV record of a domain of ours",
                "verbose_name_plural": "SRV records of domains of ours",
                "ordering": ("domain",),
                "default_permissions": ("view",),
            },
        ),
    ]
