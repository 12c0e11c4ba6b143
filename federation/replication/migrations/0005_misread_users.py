"""Users whose addresses XMPP servers read as others go to the gateways anew, shut out; the change log says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def shut_out(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One event with all of them as members, put into the outbox."""
    misread = apps.get_model("directory", "Misread").objects
    others = Q(address__in=misread.exclude(read_as="").values("read_as"))
    found = apps.get_model("directory", "User").objects.filter(Q(misread__isnull=False) | others)
    users = list(found.order_by("pk").values_list("pk", "address"))
    if not users:
        return
    event = apps.get_model("audit", "AuditEvent").objects.create(
        at=timezone.now(),
        action="directory:users:misread",
        actor_name="panel",
        object_type="directory.user",
        members_count=len(users),
    )
    member = apps.get_model("audit", "EventMember")
    rows = (member(event_id=event.pk, object_pk=pk, object_name=address) for pk, address in users)
    member.objects.bulk_create(rows, batch_size=1000)
    if apps.get_model("replication", "Revision").objects.exists():
        apps.get_model("replication", "Unpublished").objects.create(event=event.pk)


class Migration(migrations.Migration):
    dependencies = [
        ("replication", "0004_new_form"),
        ("directory", "0002_misread"),
        ("audit", "0002_auditevent_members_count_eventmember"),
    ]

    operations = [migrations.RunPython(shut_out, migrations.RunPython.noop, elidable=True)]
