"""Form fields that clean what administrators paste."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from controlpanel.shell.text import has_control_characters


def validate_line(text: str) -> None:
    """Refuse what nobody sees in one line of text. Models use it too, for what no form has cleaned."""
    if has_control_characters(text):
        raise ValidationError(_("Remove the control characters or line breaks from this text."))


class LineField(forms.CharField):
    """One line of text: trimmed, runs of spaces made one, no control characters."""

    def clean(self, value: Any) -> str:
        """The text, or a ValidationError that says what to do."""
        text = " ".join(str(value or "").split(" ")).strip()
        validate_line(text)
        return str(super().clean(" ".join(text.split())))


class TextField(LineField):
    """Some lines of text: trimmed, no control characters but line breaks and tabs."""

    widget = forms.Textarea

    def clean(self, value: Any) -> str:
        """The text with plain line ends, or a ValidationError that says what to do."""
        text = str(value or "").replace("\r\n", "\n").strip()
        if has_control_characters(text, but="\n\t"):
            raise ValidationError(_("Remove the control characters from this text."))
        return str(forms.CharField.clean(self, text))


class LoadedField(forms.JSONField):
    """The values a page was loaded with, as it sends them back; None when they are missing or broken."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """A mapping or None: what a page sends is never trusted to be one."""
        try:
            loaded = super().to_python(value)
        except (ValidationError, RecursionError):
            return None
        return loaded if isinstance(loaded, dict) else None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What stands in the page when it comes back."""
        loaded = self.to_python(data)
        return initial if loaded is None else loaded
