"""An upload between its preview and its import: any process of the panel can read it, its owner alone may."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.commits import Gone
from federation.intake.catalogue import Choices
from federation.intake.plan import Plan
from federation.topology.models import Site

if TYPE_CHECKING:
    from controlpanel.accounts.models import Administrator


class UploadQuerySet(models.QuerySet["Upload"]):
    """Uploads as pages ask for them."""

    def of(self, owner: Administrator) -> UploadQuerySet:
        """Those of ``owner`` that are kept still."""
        return self.filter(owner=owner, expires_at__gt=timezone.now())


class Upload(models.Model):
    """A file on its way into the directory, what was chosen for it, and what it would do."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("owner"))
    name = models.CharField(_("file name"), max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    expires_at = models.DateTimeField(_("kept until"), db_index=True)
    site = models.ForeignKey(
        Site, models.SET_NULL, null=True, related_name="+", verbose_name=_("site of new pools")
    )
    make_policies = models.BooleanField(_("make unknown policies"), default=False)
    #: Plan.as_json(); None until the file has been read with these choices.
    plan_json = models.JSONField(null=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name

    @property
    def choices(self) -> Choices:
        """What was chosen beside the file."""
        return Choices(self.site, make_policies=self.make_policies)

    @property
    def plan(self) -> Plan | None:
        """What was shown last."""
        return Plan(**self.plan_json) if self.plan_json else None

    def reader(self) -> StoredFile:
        """The file, from its beginning."""
        return StoredFile(self)


class Chunk(models.Model):
    """A part of an upload, compressed."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("upload", "number"), name="imports_chunk_once"),)

    def __str__(self) -> str:
        return f"{self.upload}, part {self.number}"


class StoredFile:
    """Reads an upload chunk by chunk, once, from its beginning."""

    def __init__(self, upload: Upload) -> None:
        self.upload, self.place = upload, 0
        self._number, self._rest = 0, b""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes more; b"" at the end. Raises Gone when the rest was deleted meanwhile."""
        if not self._rest:
            chunk = self.upload.chunks.filter(number=self._number).first()
            if chunk is None and self.place < self.upload.size:
                raise Gone(str(self.upload))
            if chunk is None:
                return b""
            self._number += 1
            self._rest = zlib.decompress(bytes(chunk.data))
        some, self._rest = self._rest[:size], self._rest[size:]
        self.place += len(some)
        return some
