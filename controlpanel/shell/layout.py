"""Parts of a form's layout that every room may use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Field, LayoutObject
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from django import forms
    from django.template import Context
    from django.utils.functional import _StrPromise


class First(Field):  # type: ignore[misc]  # crispy has no types
    """The field in which typing starts. In a refused form reading starts at what is wrong (page.js)."""

    def render(self, form: forms.BaseForm, context: Context, **kwargs: Any) -> str:
        """The field, focused when the form is opened."""
        if not form.is_bound:
            self.attrs["autofocus"] = True
        return str(super().render(form, context, **kwargs))


class Advanced(LayoutObject):  # type: ignore[misc]  # crispy has no types
    """Fields that are folded away under ``label``; open while one of them has an error."""

    def __init__(self, label: _StrPromise | str, *fields: Any) -> None:
        self.label = label
        self.fields = list(fields)

    def render(self, form: forms.BaseForm, context: Context, **kwargs: Any) -> str:
        """The details element with its fields."""
        names = {pointer.name for pointer in self.get_field_names()}
        shown = {
            "label": self.label,
            "fields": self.get_rendered_fields(form, context, **kwargs),
            "is_open": bool(names & set(form.errors)),
        }
        return render_to_string("shell/_advanced.html", shown)
