"""An answer for readers and for programs: each rule with what it read, a sentence, and where it is set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.utils.translation import override

from federation.decisions import words
from federation.decisions.facts import Direction, Outcome, Verdict
from federation.decisions.links import page_of
from federation.topology.names import shown_domain

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from federation.decisions.facts import Code, Decision, Step
    from federation.decisions.gathering import Answer


class Told(NamedTuple):
    """One rule as a reader sees it; ``url`` is where what it read is set."""

    code: Code
    outcome: Outcome
    label: _StrPromise
    sentence: str
    url: str
    decides: bool


class Chain(NamedTuple):
    """A decision as a reader sees it."""

    verdict: Verdict
    rules: list[Told]
    decided_by: Told | None


def chain(answer: Answer, decision: Decision) -> Chain:
    """Every rule of ``decision`` in the reader's language, and the one that refused."""
    rules = [_told(answer, step, decides=step is decision.decided_by) for step in decision.chain]
    return Chain(decision.verdict, rules, next((rule for rule in rules if rule.decides), None))


def headline(answer: Answer) -> str:
    """The answer in one sentence."""
    local, remote = answer.question.local.shown, answer.question.remote.shown
    outbound = answer.question.direction is Direction.OUTBOUND
    sender, receiver = (local, remote) if outbound else (remote, local)
    said = words.HEADLINES[answer.decision.verdict, answer.by_sip]
    return said % {"sender": sender, "receiver": receiver}


def notes(answer: Answer) -> list[str]:
    """What else happens, or is to be known."""
    said = [str(words.TOLD_ONLY)] if answer.by_sip else []
    if answer.decision.strip_status:
        said.append(str(words.STRIPPED))
    if answer.decision.emptied:
        said.append(str(words.EMPTIED))
    if answer.decision.verdict is Verdict.NOT_FEDERATION:
        said.append(words.NOT_FEDERATION % {"domain": shown_domain(answer.question.remote.domain)})
    return said


def as_json(answer: Answer) -> dict[str, Any]:
    """The answer for programs. Codes and names of fields are stable; sentences come in every language."""
    question, decision = answer.question, answer.decision
    decided = decision.decided_by
    return {
        "local": str(question.local),
        "remote": str(question.remote),
        "direction": question.direction.value,
        "kind": question.kind.value,
        "contact": question.contact,
        "verdict": decision.verdict.value,
        "code": decided.code.value if decided else None,
        "protocol": "sip" if answer.by_sip else "xmpp",
        "enforced": not answer.by_sip,
        "strip_status": decision.strip_status,
        "emptied": decision.emptied,
        "chain": [_step(step) for step in decision.chain],
    }


def _told(answer: Answer, step: Step, *, decides: bool) -> Told:
    label = words.OUTCOME_LABELS[step.outcome]
    return Told(step.code, step.outcome, label, words.sentence(step), page_of(answer, step), decides)


def _step(step: Step) -> dict[str, Any]:
    sentences = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            sentences[language] = words.sentence(step)
    return {
        "code": step.code.value,
        "outcome": step.outcome.value,
        "spare": step.spare.value if step.spare else None,
        "object": step.read.subject.value,
        "name": step.read.name,
        "setting": step.read.setting,
        "value": step.read.value,
        "sentence": sentences,
    }
