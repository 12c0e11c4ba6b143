"""Tags and filters that every room's templates may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def tick(value: object) -> SafeString:
    """A switch in a list: a mark for the eye and a word for everybody else."""
    if value:
        return format_html('<span class="yes"><span class="visually-hidden">{}</span></span>', _("Yes"))
    return format_html('<span class="no"><span class="visually-hidden">{}</span></span>', _("No"))


@register.filter
def grouped(number: int) -> str:
    """A number as the reader's language groups it."""
    return number_format(number, force_grouping=True)
