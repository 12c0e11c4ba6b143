"""What hangs on a row, before it is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator


def refuse_if_used(row: models.Model) -> None:
    """Raise ValidationError that counts what protects ``row`` from deletion; one count a relation."""
    if parts := [f"{number_format(count, force_grouping=True)} {name}" for name, count in _users(row)]:
        sentence = _("“%(name)s” is in use and was not deleted. On it hang: %(things)s.")
        raise ValidationError(sentence % {"name": row, "things": ", ".join(parts)})


def _users(row: models.Model) -> Iterator[tuple[str, int]]:
    for relation in row._meta.related_objects:
        if relation.on_delete is models.PROTECT:
            other = relation.related_model
            count = other._default_manager.filter(**{relation.field.name: row}).count()
            if count:
                options = other._meta
                yield str(options.verbose_name if count == 1 else options.verbose_name_plural), count
