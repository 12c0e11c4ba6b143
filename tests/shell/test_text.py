"""How names are compared and sorted."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from controlpanel.shell.text import fold, sort_key


def folded(text: str) -> str:
    """The plain statement: without what nobody sees, in compatibility form, without regard to case."""
    seen = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold()).strip()


@given(st.text() | st.text(st.characters(max_codepoint=127)))
def test_plain_letters_take_a_short_way_to_the_same_end(text: str) -> None:
    assert fold(text) == folded(text)
    marked = unicodedata.normalize("NFKD", folded(text))
    assert sort_key(text) == "".join(letter for letter in marked if not unicodedata.combining(letter))
