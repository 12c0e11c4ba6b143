"""Both configurations exist from installation, with Lync's defaults and a dialback secret of their own."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.utils import timezone

from federation.edge.sealing import new_sealed_secret


def make_rows(apps: Any, schema_editor: Any) -> None:
    """The defaults are those of the columns."""
    now = timezone.now()
    made = {"version": 1, "changed_at": now, "changed_by": "system"}
    apps.get_model("edge", "AccessEdgeConfiguration").objects.get_or_create(pk=1, defaults=made)
    secret = {"sealed_secret": new_sealed_secret(), "secret_made_at": now}
    apps.get_model("edge", "XmppGatewayConfiguration").objects.get_or_create(pk=1, defaults=made | secret)


class Migration(migrations.Migration):
    """Makes two rows."""

    dependencies = [("edge", "0001_initial")]
    operations = [migrations.RunPython(make_rows, migrations.RunPython.noop)]
