"""What the toolbar does with selected rows, the same for every tab."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from controlpanel.audit.commits import Changed
from controlpanel.audit.tallies import hold
from controlpanel.lists.selection import one_selected, say_none_selected
from controlpanel.shell import aftermath
from controlpanel.shell.details import ReasonForm, list_of
from controlpanel.shell.question import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpResponse

    from controlpanel.audit.tallies import Tally
    from controlpanel.lists.listing import Listing
    from controlpanel.lists.selection import Selection
    from controlpanel.shell.http import PanelRequest

#: How many names a confirmation prints.
SHOWN_NAMES = 20


def open_selected(request: PanelRequest, listing: Listing, rows: QuerySet[Any], details: str) -> HttpResponse:
    """Edit > Show details: to the page (URL name ``details``) of the selected row."""
    row = one_selected(request, listing, rows)
    return redirect(details, pk=row.pk) if row else redirect(list_of(request))


class Many(NamedTuple):
    """A selection too large to read: the QuerySet that finds its rows, and their tally as it was shown."""

    rows: Any
    seen: Tally


def confirm(
    request: PanelRequest,
    chosen: Selection,
    template: str,
    act: Callable[[Any, str], str],
    *,
    form: ReasonForm | None = None,
    many: bool = False,
    links: tuple[str, ...] = (),
    tell: Callable[[], dict[str, Any]] = dict,
) -> HttpResponse:
    """Ask, then ``act(rows, reason)``, which returns what to say, and go back to the list.

    ``tell`` gives the template its context; what it names ``said`` are the sentences of the question that may
    become untrue (who loses what), and ``links`` are foreign keys of the rows that it speaks of. ``act`` gets
    the very rows that were shown, as a list and locked; with ``many`` a Many, which its service holds.

    The page is shown again with status 422 when the form has errors, and 409, with what is different, when
    the rows or the sentences are not those that were shown. What a service refuses is said in the message bar
    of the list; nothing is half done.
    """
    back = list_of(request)
    if not chosen.count:
        return _nothing(request)
    form = form or ReasonForm(request.POST if request.method == "POST" else None)
    ask = _Asking(request, chosen, links, tell)
    if form.is_valid():
        try:
            if said := ask.then(act, form.cleaned_data["reason"], many=many):
                aftermath.say(request, said)
            else:
                aftermath.warn(request)
        except Changed:
            return ask.again(template, form)
        except ValidationError as refusal:
            for sentence in refusal.messages:
                messages.error(request, sentence)
        return redirect(back)
    return ask.first(template, form)


def _nothing(request: PanelRequest) -> HttpResponse:
    """Back to the list, saying that nothing is selected, or that what was asked about is gone."""
    if "seen" in request.POST:
        messages.warning(request, _("What you selected is not there any more. Nothing was changed."))
    else:
        say_none_selected(request)
    return redirect(list_of(request))


@dataclass(frozen=True)
class _Asking:
    """What ``confirm`` needs to ask and to ask again."""

    request: PanelRequest
    chosen: Selection
    links: tuple[str, ...]
    tell: Callable[[], dict[str, Any]]

    def question(self) -> tuple[Question, dict[str, Any]]:
        """The question as it is now, and the context in which its page is drawn."""
        context = self.tell()
        rows = self.chosen.rows.all()
        return Question.of(self.request, rows, context.get("said", ()), links=self.links), context

    @transaction.atomic
    def then(self, act: Callable[[Any, str], str], reason: str, *, many: bool) -> str:
        """Do it if the answer is one to what stands now: rows are held first. Raises Changed."""
        if not many:
            hold(self.chosen.rows)
        question, _context = self.question()
        if not question.is_answered:
            raise Changed
        return act(Many(question.rows, question.tally) if many else list(question.rows), reason)

    def again(self, template: str, form: ReasonForm) -> HttpResponse:
        """The question, with what is different; back to the list when nothing is left to ask about."""
        chosen = replace(self.chosen, rows=self.chosen.rows.all())
        if not chosen.count:
            return _nothing(self.request)
        return replace(self, chosen=chosen).first(template, form, status=409)

    def first(self, template: str, form: ReasonForm, status: int = 0) -> HttpResponse:
        """The question."""
        question, context = self.question()
        if form.is_pending:  # it says more than before because more was chosen
            question = replace(question, post={})
        if status == 409:
            question.say_different(self.request)
        shown = {"selection": self.chosen, "question": question, "form": form, "back": list_of(self.request)}
        shown |= {"rows": self.chosen.rows[:SHOWN_NAMES], **context}
        return render(self.request, template, shown, status=status or (422 if form.errors else 200))
