"""A text box of host names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Of one text box, in characters; and the names in it: each may get a sentence of its own.
LONGEST_NAMES = 20_000
MOST_NAMES = 1000


class NamesField(forms.CharField):
    """Names one a line, or with commas or spaces between them; a tuple, as typed."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "mono"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_NAMES, required=False, **kwargs)

    def clean(self, value: Any) -> tuple[str, ...]:
        """The names, each once."""
        return names_typed(super().clean(value))


def names_typed(text: str) -> tuple[str, ...]:
    """The names in a text, each once, as typed; raises ValidationError when they are too many."""
    names = tuple(dict.fromkeys(text[:LONGEST_NAMES].replace(",", " ").replace(";", " ").split()))
    if len(names) > MOST_NAMES:
        raise ValidationError(_("These are more than %(limit)s names.") % {"limit": MOST_NAMES})
    return names
