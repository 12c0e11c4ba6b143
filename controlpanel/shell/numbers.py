"""Whole numbers with a lowest and a highest value: one sentence for whatever else is typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible
from django.utils.formats import number_format
from django.utils.translation import gettext as _


@deconstructible
class Within:
    """Refuses a number below ``least`` or above ``most``, and says both. For model fields and form fields."""

    def __init__(self, least: int, most: int) -> None:
        self.least = least
        self.most = most

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Within) and (self.least, self.most) == (other.least, other.most)

    def __hash__(self) -> int:
        return hash((self.least, self.most))

    def __call__(self, value: int) -> None:
        """Raise ValidationError for a number out of range."""
        if not self.least <= value <= self.most:
            raise self.refusal()

    def refusal(self) -> ValidationError:
        """What to type."""
        limits = {"least": _grouped(self.least), "most": _grouped(self.most)}
        return ValidationError(_("Type a whole number from %(least)s to %(most)s."), "range", limits)


def _grouped(number: int) -> str:
    return number_format(number, force_grouping=True)


class NumberField(forms.IntegerField):
    """A whole number within limits; blanks between its digits do not count."""

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        self.within = Within(least, most)
        super().__init__(validators=[self.within], **kwargs)
        self.widget.attrs |= {"min": least, "max": most}

    def to_python(self, value: Any) -> int | None:
        """The number, or None for nothing; whatever else is typed gets the sentence of the limits."""
        text = "".join(str("" if value is None else value).split())
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise self.within.refusal()
        return int(text)

    def validate(self, value: Any) -> None:
        """Refuse nothing where a number is needed."""
        if value is None and self.required:
            raise self.within.refusal()
