"""Every write to uploads, and importing one."""

from __future__ import annotations

import zlib
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from controlpanel.audit.commits import Gone
from federation.imports.csvfile import open_users
from federation.imports.models import Chunk, Upload
from federation.intake.services import Overtaken, applied

if TYPE_CHECKING:
    from collections.abc import Generator

    from django.core.files.uploadedfile import UploadedFile

    from controlpanel.accounts.models import Administrator
    from controlpanel.audit.actor import Actor
    from federation.intake.plan import Plan
    from federation.topology.models import Site

#: How long an upload waits for its owner.
KEPT = timedelta(hours=12)
_CHUNK = 256 * 1024  # bytes before compression


@transaction.atomic
def keep(file: UploadedFile[Any], *, owner: Administrator) -> Upload:
    """Keep ``file`` for ``owner`` in place of the one before; those that nobody came back for go too."""
    now = timezone.now()
    Upload.objects.filter(owner=owner).delete()
    Upload.objects.filter(expires_at__lte=now).delete()
    name = "".join(letter for letter in file.name or "" if letter.isprintable())[-100:] or "users.csv"
    upload = Upload.objects.create(owner=owner, name=name, size=file.size or 0, expires_at=now + KEPT)
    for number, data in enumerate(iter(partial(file.read, _CHUNK), b"")):
        Chunk.objects.create(upload=upload, number=number, data=zlib.compress(data, 1))
    return upload


@transaction.atomic
def choose(upload: Upload, *, site: Site | None, make_policies: bool) -> None:
    """Keep what is chosen for ``upload``; what it would do must be looked at again."""
    Upload.objects.filter(pk=upload.pk).update(site=site, make_policies=make_policies, plan_json=None)


@transaction.atomic
def note_plan(upload: Upload, plan: Plan | None) -> None:
    """Keep what ``upload`` would do, as its owner is shown it; None: it must be looked at again."""
    Upload.objects.filter(pk=upload.pk).update(plan_json=plan.as_json() if plan else None)


@transaction.atomic
def forget(upload: Upload) -> None:
    """Drop an upload that its owner does not want."""
    Upload.objects.filter(pk=upload.pk).delete()


def import_upload(upload: Upload, *, actor: Actor, reason: str = "") -> Generator[int, None, Plan]:
    """Do what was shown, once: all or nothing, and the upload is gone with it.

    A generator as intake.services.applied, with the same refusals. Raises Gone when it was done already.
    """
    plan = upload.plan
    if plan is None:
        raise Gone(str(upload))
    records = open_users(upload.reader(), upload.name).records

    def claim() -> None:
        if not Upload.objects.filter(pk=upload.pk).delete()[0]:
            raise Gone(str(upload))

    try:
        done = yield from applied(
            records, plan, upload.choices, name=upload.name, actor=actor, reason=reason, claim=claim
        )
    except Overtaken:
        note_plan(upload, None)
        raise
    return done
