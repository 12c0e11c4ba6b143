"""The page of an import: a list that comes as a file or is pasted, checked first, all lines or none."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controlpanel.shell import aftermath, agreeing
from controlpanel.shell.details import ReasonForm
from controlpanel.shell.filewords import unreadable
from controlpanel.shell.question import Question
from controlpanel.shell.textfile import FileRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.http import HttpResponse

    from controlpanel.shell.agreeing import Plan
    from controlpanel.shell.delimited import Fault
    from controlpanel.shell.http import PanelRequest

#: Bytes; what comes back in the page as text must fit into DATA_UPLOAD_MAX_MEMORY_SIZE.
LARGEST_FILE = 4 * 1024 * 1024
#: How many bad or warned lines a page tells, and of what an import would do the first of each kind.
SHOWN_FAULTS, SHOWN = 200, 20


class UploadForm(ReasonForm):
    """A file or its text; ``content`` of the cleaned data is its bytes. A chosen file goes first.

    ``file_name`` of the cleaned data is the name of the file, also of one whose text came back in the page.
    """

    file = forms.FileField(label=gettext_lazy("File"), required=False, allow_empty_file=True)
    lines = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "mono"}),
    )

    #: Whose text stands in the box: a name may say what a list is.
    file_name = forms.CharField(required=False, max_length=255, widget=forms.HiddenInput)

    field_order: tuple[str, ...] = ("file", "lines", "reason", "file_name")

    def clean(self) -> dict[str, Any]:
        """Add ``content`` and ``file_name``."""
        file, lines = self.cleaned_data.get("file"), self.cleaned_data.get("lines", "")
        if not file and not lines.strip():
            raise ValidationError(_("Choose a file, or type or paste a list."))
        if file and file.size > LARGEST_FILE:
            raise ValidationError({"file": _("The file is larger than 4 MB. Cut it in parts.")})
        self.cleaned_data["content"] = file.read() if file else lines.encode()
        if file:
            self.cleaned_data["file_name"] = (file.name or "")[-255:]
        return self.cleaned_data

    def keep_text(self) -> None:
        """Show the text of the file in the page that comes back: a browser does not keep the chosen file."""
        if self.files and "content" in self.cleaned_data:
            shown = QueryDict(mutable=True)
            shown.update(self.data)
            shown["lines"] = _decoded(self.cleaned_data["content"])
            shown["file_name"] = self.cleaned_data["file_name"]
            self.data = shown


class Part(NamedTuple):
    """A part of what an import would do: how many of a kind, the first of them, and how many more."""

    title: str
    lines: Sequence[str]
    more: int = 0


def part(title: str, told: Iterable[str], count: int) -> Part:
    """The Part for ``count`` of a kind, of which ``told`` says the first ones."""
    lines = list(islice(told, SHOWN))
    return Part(title, lines, count - len(lines))


@dataclass(frozen=True)
class ImportPage:
    """One import: ``carry_out(values, dry_run)`` makes the plan and, without faults and not dry, does it.

    ``values["agreed"]`` says of the plan whether it is what the page showed, and all it asks was agreed to.
    """

    title: str
    template: str  # extends shell/import.html
    list_page: str  # URL name
    carry_out: Callable[[dict[str, Any], bool], Any]
    done: Callable[[Any], str]  # what was done, of the plan
    parts: Callable[[Any], list[Part]]  # what would be done, by name
    told: Callable[[Fault], str]

    def respond(self, request: PanelRequest, form_class: type[UploadForm] = UploadForm) -> HttpResponse:
        """Check says what an import would do; Import does it, unless a line cannot be used.

        Was it checked, Import does what was shown, or shows what is different by now.
        """
        form = form_class(request.POST, request.FILES) if request.method == "POST" else form_class()
        dry_run = "check" in request.POST
        answer = {} if dry_run else request.POST
        plan = self._planned(form, answer, dry_run=dry_run) if form.is_valid() else None
        if plan and not plan.faults and not dry_run and self._is_agreed(plan, answer):
            aftermath.say(request, self.done(plan))
            return redirect(self.list_page)
        if form.is_bound:
            form.keep_text()
        shown: dict[str, Any] = {"title": self.title, "form": form, "back": reverse(self.list_page)}
        is_again = False
        if plan:
            shown |= self._shown(plan, question := self._question(plan, answer))
            is_again = question.is_different
        status = 422 if form.errors or (plan and plan.faults) else 409 if is_again else 200
        return render(request, self.template, shown, status=status)

    def _shown(self, plan: Plan, question: Question) -> dict[str, Any]:
        return {
            "plan": plan,
            "question": question,
            "faults": self._lines(plan.faults),
            "warnings": self._lines(plan.warnings),
            "questions": self._lines(plan.questions),
            "mark": agreeing.mark(plan.questions),
            "parts": self.parts(plan),
            "unread": plan.unread[:SHOWN],
        }

    def _question(self, plan: Plan, answer: Any) -> Question:
        """What the page says of ``plan``, as ``answer`` confirms it, and what stands for the rest of it."""
        said = [line for each in self.parts(plan) for line in (each.title, *each.lines)]
        said += [sentence for _line, sentence in self._lines([*plan.questions, *plan.warnings])]
        return Question([], said, answer, beyond=agreeing.effect(plan))

    def _is_agreed(self, plan: Plan, answer: Any) -> bool:
        is_asked = agreeing.mark(plan.questions) not in {"", answer.get("agreed")}
        return not is_asked and not self._question(plan, answer).is_different

    def _planned(self, form: UploadForm, answer: Any, *, dry_run: bool) -> Plan | None:
        """The plan; None, and an error of the form, without one."""
        try:
            values = {**form.cleaned_data, "agreed": lambda plan: self._is_agreed(plan, answer)}
            plan: Plan = self.carry_out(values, dry_run)
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
    """``content`` as text; "" when it is none. A byte order mark stays: it says that no letter was lost."""
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = "\ufeff" + content.decode("utf-16") if is_wide else content.decode()
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else text
