"""A question before something is done: what it said when it was asked, and what of it is no longer so.

The page that asks sends two fields along: ``seen``, a digest of the rows (keys and versions) and of every
sentence and figure the question speaks of, and ``told``, as much of them as lets the page mark what is
different when it must ask again. Only ``seen`` decides.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Max
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from controlpanel.audit.commits import state
from controlpanel.audit.models import AuditEvent, EventMember, Recorded
from controlpanel.audit.tallies import Tally, tally
from controlpanel.audit.words import member_summary, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse

#: Of so many rows a question remembers each; of more only how many there are and their sums.
KNOWN = 100
#: How many differences a page lists.
SHOWN = 20
_LONGEST = 100_000  # letters of what a page sends back


@dataclass(frozen=True)
class Question:
    """What is asked about ``rows``; ``said`` are its sentences that may become untrue.

    ``post`` is what the answer brought, if any; ``links`` are foreign keys of the rows that count too;
    ``beyond`` stands for what is too long to be said.
    """

    rows: Any  # a QuerySet, or a list of one kind of rows
    said: Sequence[str] = ()
    post: Any = field(default_factory=dict)
    links: tuple[str, ...] = ()
    beyond: str = ""

    @classmethod
    def of(cls, request: HttpRequest, rows: Any, said: Sequence[str] = (), **more: Any) -> Question:
        """The question as ``request`` answers it, or asks it for the first time."""
        return cls(rows, list(map(str, said)), request.POST if request.method == "POST" else {}, **more)

    @cached_property
    def _known(self) -> dict[str, list[str]]:
        """Key: state and name, of the first rows."""
        return {str(row.pk): [_mark(state(row)), str(row)] for row in self.rows[:KNOWN]}

    @cached_property
    def tally(self) -> Tally:
        """What stands for all rows, however many: one query."""
        if isinstance(self.rows, list):
            return Tally(len(self.rows), sum(row.pk for row in self.rows), ())
        return tally(self.rows, *self.links)

    @cached_property
    def _unversioned(self) -> list[str]:
        """The states of rows of which the tally, without their versions, says too little."""
        if isinstance(self.rows, list) or issubclass(self.rows.model, Recorded):
            return []
        return [state(row) for row in self.rows.order_by("pk")]

    @property
    def count(self) -> int:
        """How many rows it is about."""
        return self.tally.number

    @cached_property
    def seen(self) -> str:
        """The digest that an answer must bring back."""
        return _mark(json.dumps([self.tally, self._known, self._unversioned, self.said, self.beyond]))

    @cached_property
    def told(self) -> str:
        """What the page sends along to be compared when the question comes again."""
        return json.dumps({"count": self.count, "rows": self._known, "said": self.said}, ensure_ascii=False)

    @property
    def is_answered(self) -> bool:
        """Whether the answer is one to this question, and to nothing that has changed since."""
        return bool(self.post.get("seen") == self.seen)

    @property
    def is_different(self) -> bool:
        """Whether the answer is one to a question that said something else."""
        return "seen" in self.post and not self.is_answered

    def say_different(self, request: HttpRequest) -> None:
        """Tell in the message bar that the question must be asked again."""
        if self.new and not self.changed:
            sentence = _("What this question says changed meanwhile. Look again, then confirm.")
        else:
            sentence = _("The selection changed meanwhile. Look again, then confirm.")
        messages.warning(request, sentence)

    def asked(self, request: HttpRequest, template: str, form: Any, **context: Any) -> HttpResponse:
        """The page that asks: status 409 when it asks again, 422 with errors of the form."""
        is_again = form.is_valid() if form.is_bound else False
        if is_again:
            self.say_different(request)
        status = 409 if is_again else 422 if form.errors else 200
        return render(request, template, {"question": self, "form": form, **context}, status=status)

    @cached_property
    def _before(self) -> dict[str, Any]:
        """What the page that was answered told; {} without any, or when it cannot be read."""
        text = self.post.get("told", "")
        try:
            found = json.loads(text) if self.is_different and len(text) <= _LONGEST else {}
            rows = {str(pk): [str(mark), str(name)] for pk, (mark, name) in found["rows"].items()}
            return {"count": int(found["count"]), "rows": rows, "said": list(map(str, found["said"]))}
        except (
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            RecursionError,
            OverflowError,
        ):  # 1e400 is inf
            return {}

    @cached_property
    def changed(self) -> frozenset[int]:
        """The keys of rows that were selected then and are others now, or were not selected then."""
        if not self._before:
            return frozenset()
        had = self._before["rows"]
        complete = self._before["count"] <= KNOWN
        return frozenset(
            int(pk)
            for pk, (mark, _name) in self._known.items()
            if (had[pk][0] != mark if pk in had else complete)
        )

    @cached_property
    def new(self) -> frozenset[str]:
        """The sentences that were not said then."""
        return frozenset(self.said) - frozenset(self._before["said"]) if self._before else frozenset()

    @cached_property
    def differences(self) -> list[str]:
        """What is different now, a sentence each; never none when the question comes again."""
        if not self.is_different:
            return []
        found = [*self._rows_changed(), *self._others(), *self._sentences()] if self._before else []
        return found[:SHOWN] or [_("At least one of them was changed.")]

    def _rows_changed(self) -> list[str]:
        had = self._before["rows"]
        keys = [pk for pk in self.changed if str(pk) in had][:SHOWN]
        events = _latest(self.rows[0], keys) if keys else {}
        sentences = []
        for pk in keys:
            who, what = events.get(pk, ("", ""))
            said = _("“%(name)s” was changed by %(who)s. %(what)s") if who else _("“%(name)s” was changed.")
            sentences.append((said % {"name": self._known[str(pk)][1], "who": who, "what": what}).strip())
        return sentences

    def _others(self) -> list[str]:
        """Rows that came or went."""
        before, sentences = self._before, []
        if self.count <= KNOWN:
            gone = _("“%(name)s” is not there any more: it was deleted, or is not among them now.")
            sentences += [
                gone % {"name": name} for pk, (_m, name) in before["rows"].items() if pk not in self._known
            ]
        if before["count"] <= KNOWN:
            come = _("“%(name)s” is among them now, and was not.")
            rows = self._known.items()
            sentences += [come % {"name": name} for pk, (_m, name) in rows if pk not in before["rows"]]
        if not sentences and before["count"] != self.count:
            said = ngettext("There was %(count)s of them.", "There were %(count)s of them.", before["count"])
            sentences.append(said % {"count": number_format(before["count"], force_grouping=True)})
        return sentences

    def _sentences(self) -> list[str]:
        """What it says now and did not say, and what it said and says no more."""
        now, before = self.said, self._before["said"]
        come, gone = _("New: %(sentence)s"), _("No longer true: %(sentence)s")
        return [
            *(come % {"sentence": each} for each in now if each in self.new),
            *(gone % {"sentence": each} for each in before if each not in now),
        ]


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _latest(row: Model, keys: list[int]) -> dict[int, tuple[str, str]]:
    """Who changed each of the rows of the kind of ``row`` with ``keys`` last, and what. Four queries."""
    kind = row._meta.label_lower
    alone = AuditEvent.objects.filter(object_type=kind, object_pk__in=keys)
    among = EventMember.objects.filter(event__object_type=kind, object_pk__in=keys)
    last = {each["object_pk"]: each["last"] for each in _lasts(alone)}
    events: dict[int, tuple[int, str, str]] = {}
    for event in AuditEvent.objects.filter(pk__in=last.values()):
        events[event.object_pk or 0] = (event.pk, event.actor_name, summary(event))
    members = [each["last"] for each in _lasts(among)]
    for member in EventMember.objects.filter(pk__in=members).select_related("event"):
        if member.event_id > events.get(member.object_pk, (0, "", ""))[0]:
            told = member.event.actor_name, member_summary(member)
            events[member.object_pk] = (member.event_id, *told)
    return {pk: (who, what) for pk, (_number, who, what) in events.items()}


def _lasts(rows: QuerySet[Any]) -> Iterable[dict[str, Any]]:
    """The last row about each object."""
    yield from rows.order_by().values("object_pk").annotate(last=Max("pk"))
