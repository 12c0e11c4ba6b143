"""What a reader sees or hears of a page, and which of it is the same in every language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.pages import below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test.html import Element

#: Attributes that are read out, or shown by a script.
SPOKEN = {"title", "aria-label", "placeholder", "alt", "data-one", "data-many", "data-warn-unsaved"}


def texts(element: Element) -> Iterator[str]:
    """All that a reader sees or hears, but for what is marked translate="no": names, numbers, keys."""
    kept = {id(inner) for each in below(element) if marked(each) for inner in (each, *below(each))}
    for each in (each for each in below(element) if id(each) not in kept):
        for name, value in each.attributes:
            if value and name in SPOKEN:
                yield " ".join(value.split())
        for child in each.children:
            if isinstance(child, str) and child.strip():
                yield " ".join(child.split())


def marked(element: Element) -> bool:
    return ("translate", "no") in element.attributes


#: What is the same in every language: people, roles, identities, what the makers made, keys, languages.
NAMES = re.compile(
    r"\b(?:visitor|vera|maker|(?:[\w.-]+@)?(?:[\w-]+\.)+com|America Online|Windows Live|Yahoo!"
    r"|(?:CN=)?Sample Root|CN=|O=Contoso|[0-9A-F]{40,64}|\d{4}-\d\d-\d\dT[\d:+.]+|authority-untrusted"
    r"|no-local-domain"
    r"|system|tests|Cs\w+|Global|Site:\w+|Tag:\w+|Paris|Sales|Support|English|Français|EN|FR|V|Ctrl|S|UTC)(?!\w)"
)


def told_away(text: str) -> str:
    """``text`` without what gettext said and without names; "" when no letter is left."""
    while (inner := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = inner
    text = re.sub(r"^[^⟦⟧]*⟧|⟦[^⟦⟧]*$", "", text)  # what gettext said around a link
    text = NAMES.sub("", text).strip()
    return text if re.search(r"[^\W\d_]", text) else ""
