"""Every code of federation.x509 has its sentence, which takes the parameters the code comes with."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from federation.certificates import words
from federation.certificates.refusals import REFUSALS
from federation.certificates.sentences import FINDINGS
from federation.x509 import findings
from federation.x509.findings import Code, Finding, Refusal, Refused, Severity

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
COMMENTS = {
    match[1]: match[2]
    for match in re.finditer(
        r'^    ([A-Z_]+) = "[^"]+"(?:  # (.*))?$', Path(findings.__file__).read_text(), re.M
    )
}


def params(name: str) -> dict[str, str | int]:
    """Values for all parameters that a sentence may name."""
    moment = NOW.isoformat()
    known: tuple[str, ...] = (
        "name",
        "subject",
        "issuer",
        "reason",
        "where",
        "domain",
        "names",
        "bits",
        "limit",
        "days",
    )
    known += ("kind", "least", "hash", "version", "serial", "oid", "common_name", "count", "field", "label")
    known += ("codepoint", "country", "codes", "mode", "sealed_under", "present", "document")
    values: dict[str, str | int] = dict.fromkeys(known, "x")
    return values | {"starts": moment, "ends": moment, "ended": moment, "why": "single-label"}


@pytest.mark.parametrize("code", Code)
def test_every_finding_has_a_sentence(code: Code) -> None:
    sentence = words.told(Finding(code, Severity.ERROR, params(code.name)))
    assert sentence
    assert "%(" not in sentence
    named = set(re.findall(r"%\((\w+)\)", str(FINDINGS[code])))
    promised = set(re.findall(r"[a-z_]+", COMMENTS[code.name] or ""))
    assert named <= promised


@pytest.mark.parametrize("code", Refusal)
def test_every_refusal_has_a_sentence(code: Refusal) -> None:
    refusal = words.refused(Refused(code, **params(code.name)))
    assert refusal.messages[0]
    named = set(re.findall(r"%\((\w+)\)", str(REFUSALS[code])))
    assert named <= set(re.findall(r"[a-z_]+", COMMENTS[code.name] or ""))


@pytest.mark.parametrize(
    "days, said, level",
    [
        (100, "100 days left", "ok"),
        (29, "29 days left", "soon"),
        (6, "6 days left", "urgent"),
        (1, "1 day left", "urgent"),
        (0, "ends today", "urgent"),
        (-3, "ended 3 days ago", "over"),
    ],
)
def test_days_left_are_told_in_words_and_in_colour(days: int, said: str, level: str) -> None:
    found = words.left(
        NOW - timedelta(days=300), NOW + timedelta(days=days, hours=1 if days >= 0 else -1), NOW
    )
    assert (found.words, found.level) == (said, level)
