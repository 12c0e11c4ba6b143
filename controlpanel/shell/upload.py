"""The page of an import: a list that comes as a file or is pasted, checked first, all lines or none."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controlpanel.shell.delimited import FileRefused
from controlpanel.shell.details import ReasonForm
from controlpanel.shell.filewords import unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpResponse

    from controlpanel.shell.delimited import Fault
    from controlpanel.shell.http import PanelRequest

#: Bytes; what comes back in the page as text must fit into DATA_UPLOAD_MAX_MEMORY_SIZE.
LARGEST_FILE = 4 * 1024 * 1024
#: How many bad or warned lines a page tells.
SHOWN_FAULTS = 200


class UploadForm(ReasonForm):
    """A file or its text; ``content`` of the cleaned data is its bytes. A chosen file goes first."""

    file = forms.FileField(label=gettext_lazy("File"), required=False, allow_empty_file=True)
    lines = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "mono"}),
    )

    field_order: tuple[str, ...] = ("file", "lines", "reason")

    def clean(self) -> dict[str, Any]:
        """Add ``content``."""
        file, lines = self.cleaned_data.get("file"), self.cleaned_data.get("lines", "")
        if not file and not lines.strip():
            raise ValidationError(_("Choose a file, or type or paste a list."))
        if file and file.size > LARGEST_FILE:
            raise ValidationError({"file": _("The file is larger than 4 MB. Cut it in parts.")})
        self.cleaned_data["content"] = file.read() if file else lines.encode()
        return self.cleaned_data

    def keep_text(self) -> None:
        """Show the text of the file in the page that comes back: a browser does not keep the chosen file."""
        if self.files and "content" in self.cleaned_data:
            shown = QueryDict(mutable=True)
            shown.update(self.data)
            shown["lines"] = _decoded(self.cleaned_data["content"])
            self.data = shown


class Plan(Protocol):
    """What an import would do; of what it holds beside this the page's template knows."""

    faults: list[Fault]
    warnings: list[Fault]


@dataclass(frozen=True)
class ImportPage:
    """One import: ``carry_out(values, dry_run)`` makes the plan and, without faults and not dry, does it."""

    title: str
    template: str  # extends shell/import.html
    list_page: str  # URL name
    carry_out: Callable[[dict[str, Any], bool], Any]
    done: Callable[[Any], str]  # what was done, of the plan
    told: Callable[[Fault], str]

    def respond(self, request: PanelRequest, form_class: type[UploadForm] = UploadForm) -> HttpResponse:
        """Check says what an import would do; Import does it, unless a line cannot be used."""
        form = form_class(request.POST, request.FILES) if request.method == "POST" else form_class()
        dry_run = "check" in request.POST
        plan = self._planned(form, dry_run=dry_run) if form.is_valid() else None
        if plan and not plan.faults and not dry_run:
            messages.success(request, self.done(plan))
            return redirect(self.list_page)
        if form.is_bound:
            form.keep_text()
        shown: dict[str, Any] = {"title": self.title, "form": form, "back": reverse(self.list_page)}
        if plan:
            shown |= {
                "plan": plan,
                "faults": self._lines(plan.faults),
                "warnings": self._lines(plan.warnings),
            }
        status = 422 if form.errors or (plan and plan.faults) else 200
        return render(request, self.template, shown, status=status)

    def _planned(self, form: UploadForm, *, dry_run: bool) -> Plan | None:
        """The plan; None, and an error of the form, without one."""
        try:
            plan: Plan = self.carry_out(form.cleaned_data, dry_run)
        except FileRefused as refused:
            form.add_error("file" if form.files else "lines", unreadable(refused))
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return plan
        return None

    def _lines(self, faults: Iterable[Fault]) -> list[tuple[int, str]]:
        return [(fault.line, self.told(fault)) for fault in list(faults)[:SHOWN_FAULTS]]


def _decoded(content: bytes) -> str:
    """``content`` as text; "" when it is none."""
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else text
