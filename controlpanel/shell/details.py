"""Details pages, the same for every tab: one form, Commit and Cancel, no lost edit.

The form carries the version of the row and the values that its reader saw. On Commit only the fields that the
reader changed go to the service. When somebody else committed first, the page comes back with both versions
side by side: their values stand, the reader's changes are laid over them, and the next Commit is aware.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controlpanel.audit.commits import Conflict, Gone
from controlpanel.audit.models import AuditEvent
from controlpanel.audit.tallies import hold
from controlpanel.navigation import current_tab
from controlpanel.shell import aftermath, sections
from controlpanel.shell.fields import LineField, LoadedField

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crispy_forms.layout import Layout
    from django.db import models

    from controlpanel.shell.http import PanelRequest

M = TypeVar("M", bound="models.Model")
_FRAME_FIELDS = ("reason", "version", "loaded", "agreed")


@dataclass(frozen=True)
class Difference:
    """One field in which two versions differ, as a reader sees the values."""

    label: str
    yours: str
    theirs: str
    touched: bool


class ReasonForm(forms.Form):
    """What a confirmation asks: why."""

    #: Whether the page comes back on purpose, with more to see before the action.
    is_pending = False

    reason = LineField(
        label=gettext_lazy("Reason for this change"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Optional; kept in the change log."),
    )


class DetailsForm(ReasonForm):
    """A room's form derives from this and adds its own fields and ``layout()``."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    loaded = LoadedField(required=False)
    #: The marks of the questions that the page asked; the next Commit answers them with yes.
    agreed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, request: PanelRequest, row: models.Model | None = None, **initial: Any) -> None:
        self.row = row
        self.differences: list[Difference] = []
        self.is_stale = False
        self.conflict: AuditEvent | None = None
        self.asked: list[str] = []
        self.newly_asked: list[str] = []
        self.is_asked_again = False
        values = {**(self.values_of(row) if row is not None else {}), **initial}
        loaded = json.loads(json.dumps(values, cls=DjangoJSONEncoder)) if row is not None else {}
        start = {**values, "version": getattr(row, "version", None), "loaded": loaded}
        super().__init__(request.POST if request.method == "POST" else None, initial=start)
        if not request.may_act:
            for field in self.fields.values():
                field.disabled = True
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = self.layout()

    def layout(self) -> Layout:
        """How crispy lays the room's own fields out."""
        raise NotImplementedError

    def questions(self) -> list[str]:
        """What to ask once more before valid values are written; a second Commit confirms them all."""
        return []

    @property
    def asks(self) -> bool:
        """Whether this form may ask something."""
        return type(self).questions is not DetailsForm.questions

    def is_confirmed(self) -> bool:
        """Whether there is nothing (more) to ask; else the page comes back with the questions."""
        self.asked = self.questions()
        marks = {sha256(sentence.encode()).hexdigest(): sentence for sentence in self.asked}
        agreed = self.cleaned_data["agreed"].split()
        if not self.asked or sorted(agreed) == sorted(marks):
            return True
        self.newly_asked = [sentence for mark, sentence in marks.items() if agreed and mark not in agreed]
        self.is_asked_again = bool(agreed)
        shown = QueryDict(mutable=True)
        shown.update(self.data)
        shown["agreed"] = " ".join(marks)
        self.data = shown
        return False

    @classmethod
    def values_of(cls, row: models.Model) -> dict[str, Any]:
        """The row's values under the form's field names."""
        return {
            name: getattr(row, name) for name in cls.base_fields if hasattr(row, name) and name != "version"
        }

    @property
    def own_fields(self) -> list[str]:
        """The names of the room's fields."""
        return [name for name in self.fields if name not in _FRAME_FIELDS]

    def clean(self) -> dict[str, Any]:
        """Refuse a page of a row that does not say which version it shows: it might overwrite anything."""
        if hasattr(self.row, "version") and self.cleaned_data.get("version") is None:
            self.errors.pop("version", None)
            sentence = _("This page does not say which version it shows. Load it again, then commit.")
            self.add_error(None, sentence)
        return self.cleaned_data

    def touched(self) -> list[str]:
        """The fields whose posted value is not the one that the page was loaded with (or the row's own)."""
        loaded = self.cleaned_data.get("loaded")
        if loaded is None:
            loaded = self.initial["loaded"]
        return [
            name
            for name in self.own_fields
            if not self.fields[name].disabled
            and self.fields[name].has_changed(loaded.get(name), self[name].data)
        ]

    def changes(self) -> dict[str, Any]:
        """Cleaned values of what the reader changed."""
        return {name: self.cleaned_data[name] for name in self.touched()}

    def write_values(self) -> dict[str, Any]:
        """What the service gets: the reason, and all values of a new row, else the version and changes."""
        reason = self.cleaned_data["reason"]
        if self.row is None:
            return {"reason": reason, **{name: self.cleaned_data[name] for name in self.own_fields}}
        return {"reason": reason, "version": self.cleaned_data["version"], **self.changes()}

    def refuse(self, refusal: ValidationError) -> None:
        """Put a service's refusal beside the fields it speaks of."""
        if not hasattr(refusal, "error_dict"):
            self.add_error(None, refusal)
            return
        for name, errors in refusal.error_dict.items():
            name = name.removesuffix("_key")  # a unique key is the folded form of the field beside it
            known = name in self.fields and name != NON_FIELD_ERRORS
            self.add_error(name if known else None, errors)

    def meet(self, conflict: Conflict) -> None:
        """Show both versions, and lay the reader's changes over what stands now."""
        self.is_stale = True
        theirs = self._as_data(self.values_of(conflict.current))
        mine, touched = QueryDict(mutable=True), self.touched()
        mine.update(self.data)
        for name in self.own_fields:
            yours = self._shown(name, self[name].data)
            if yours != (other := self._shown(name, theirs.get(name))):
                label = str(self.fields[name].label)
                self.differences.append(Difference(label, yours, other, name in touched))
        for name in set(self.own_fields) - set(touched):
            mine.setlist(name, _posted(theirs.get(name)))
        mine["version"] = str(getattr(conflict.current, "version", ""))
        mine["loaded"] = json.dumps(theirs)
        self.data = mine
        self.conflict = AuditEvent.objects.about(conflict.current).first()

    @staticmethod
    def _as_data(values: dict[str, Any]) -> dict[str, Any]:
        return dict(json.loads(json.dumps(values, cls=DjangoJSONEncoder)))

    def _shown(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.BooleanField):
            return _("Yes") if field.to_python(value) else _("No")
        if isinstance(value, list):
            return ", ".join(sorted(self._shown(name, each) for each in value))
        text = "" if value is None else str(value)
        labels = {str(choice): label for choice, label in getattr(field, "choices", ())}
        return str(labels.get(text, text))


def _posted(value: Any) -> list[Any]:
    """A value as a browser would post it: an unticked box posts nothing."""
    if value is None or value is False:
        return []
    if isinstance(value, list):
        return value
    return ["on"] if value is True else [value]


@contextmanager
def _held(row: models.Model | None) -> Iterator[None]:
    """One transaction in which ``row`` stays as it is, so that what is asked about it stays true."""
    with transaction.atomic():
        if row is not None:
            hold(type(row)._default_manager.filter(pk=row.pk))
        yield


def committed(form: DetailsForm, write: Callable[[], M]) -> M | None:
    """What ``write`` returns when form and service accept it; None when the page must come back."""
    if not form.is_valid():
        return None
    try:
        with _held(form.row) if form.asks else nullcontext():
            return write() if form.is_confirmed() else None
    except ValidationError as refusal:
        form.refuse(refusal)
    except Conflict as conflict:
        form.meet(conflict)
    except Gone as gone:
        raise Http404 from gone
    return None


def done(request: PanelRequest, form: DetailsForm, saved: models.Model, sentence: str) -> HttpResponse:
    """Back to the list of the tab, saying ``sentence``, or that nothing differed."""
    if form.row is not None and getattr(saved, "version", None) == form.cleaned_data["version"]:
        messages.info(request, _("Nothing differed from what stands, so nothing was committed."))
    else:
        aftermath.say(request, sentence)
    return redirect(list_of(request))


def respond(request: PanelRequest, form: DetailsForm, template: str, **context: Any) -> HttpResponse:
    """The details page: status 409 with a conflict, 422 with errors, else 200.

    ``context`` names ``title``; ``back`` is the address of the tab's list unless it names another.
    """
    history = AuditEvent.objects.history(form.row) if form.row is not None else []
    status = 409 if form.is_stale else 422 if form.is_bound and form.errors else 200
    shown = {"form": form, "history": history, "back": list_of(request), **context}
    shown["sections"] = sections.of(request, form.row)
    return render(request, template, shown, status=status)


def list_of(request: PanelRequest) -> str:
    """The address of the list of the tab that ``request`` is at."""
    tab = current_tab(request.resolver_match.view_name) if request.resolver_match else None
    return reverse(tab.first_page if tab else "home")
