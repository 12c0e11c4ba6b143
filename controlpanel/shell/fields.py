"""Form fields that clean what administrators paste."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from controlpanel.shell.text import has_control_characters


def refuse_control_characters(text: str, *, but: str = "") -> None:
    """Raise ValidationError when a character hides in ``text`` that is not in ``but``."""
    if has_control_characters(text, but=but):
        raise ValidationError(_("Remove the control characters or line breaks from this text."))


class LineField(forms.CharField):
    """One line of text: trimmed, runs of spaces made one, no control characters."""

    def to_python(self, value: Any) -> str:
        """The text as it is kept, so that a value nobody touched is no change."""
        text = str(value or "").strip()
        refuse_control_characters(text)
        return " ".join(text.split())


class TextField(forms.CharField):
    """Some lines of text: trimmed, with plain line ends, no control characters but line breaks and tabs."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> str:
        """The text as it is kept; browsers send CR LF for each line end."""
        return str(value or "").replace("\r\n", "\n").strip()

    def validate(self, value: Any) -> None:
        """Refuse what would lie in a list or in the log."""
        super().validate(value)
        refuse_control_characters(value, but="\n\t")


#: U+0000 as JSON writes it: PostgreSQL has no text with it, and no page shows it.
NUL = "\\u0000"


class LoadedField(forms.JSONField):
    """The values a page was loaded with, as it sends them back; None when they are missing or broken."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """A mapping or None: what a page sends is never trusted to be one."""
        try:
            loaded = super().to_python(value)
            written = json.dumps(loaded, ensure_ascii=False)
            written.encode()  # half a character cannot be sent back
        except (ValidationError, ValueError, RecursionError):  # a number of too many digits is a ValueError
            return None
        has_nul = NUL in written.replace("\\\\", "")  # a backslash that was typed is written twice
        return loaded if isinstance(loaded, dict) and not has_nul else None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What stands in the page when it comes back."""
        loaded = self.to_python(data)
        return initial if loaded is None else loaded
