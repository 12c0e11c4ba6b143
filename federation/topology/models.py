"""Sites (lync-reference.md, 7.3)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.models import Recorded
from controlpanel.shell.fields import validate_line
from controlpanel.shell.text import sort_key


class SiteQuerySet(models.QuerySet["Site"]):
    """Sites as pickers and lists ask for them."""

    def matching(self, text: str) -> SiteQuerySet:
        """Sites whose name contains ``text``, without regard to case and accents."""
        return self.filter(name_sort__contains=sort_key(text))


class Site(Recorded):
    """A place: a site policy governs all users whose pool is there."""

    name = models.CharField(_("name"), max_length=128, validators=[validate_line])
    name_key = models.CharField(max_length=256, editable=False)
    name_sort = models.CharField(max_length=256, editable=False, db_index=True)
    description = models.CharField(_("description"), max_length=1024, blank=True, validators=[validate_line])

    objects = SiteQuerySet.as_manager()

    AUDITED = ("name", "description")

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ("name_sort", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("name_key",),
                name="topology_site_name_unique",
                violation_error_code="unique",
                violation_error_message=_("A site with this name exists already."),
            ),
        )

    def __str__(self) -> str:
        return self.name
