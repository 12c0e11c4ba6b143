"""The validator of passwords, with a sentence for each refusal that says what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from controlpanel.accounts.guessing import FEWEST, Code, weakness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.utils.functional import _StrPromise

    from controlpanel.accounts.models import Administrator

SENTENCES: dict[Code, _StrPromise] = {
    Code.FEW: _("The password has fewer than %(fewest)s different characters. Take several words."),
    Code.REPEATED: _("The password repeats one part. Take several different words."),
    Code.SEQUENCE: _("The password follows the keyboard or the alphabet. Take several words."),
    Code.COMMON: _("Many people use this password, with digits or signs around it. Take several words."),
    Code.NAMES: _(
        "The password is little more than a name of the account. Take words that are not about you."
    ),
    Code.PLACE: _(
        "The password is little more than words of the organisation or of this product. Take words that "
        "others do not expect here."
    ),
}
#: Words of the product, and of what it is for.
_PRODUCT = (
    "federation",
    "control",
    "panel",
    "admin",
    "administrator",
    "lync",
    "skype",
    "prosody",
    "xmpp",
    "jabber",
)
_words_of_the_place: list[Callable[[], Iterable[str]]] = []


def register(words: Callable[[], Iterable[str]]) -> None:
    """Let rooms above say what the organisation is called: names and domains."""
    _words_of_the_place.append(words)


class GuessableValidator(CommonPasswordValidator):
    """Refuses what somebody who knows the place and the person would try."""

    def __init__(self) -> None:
        super().__init__(Path(__file__).with_name("common-passwords.txt.gz"))

    def validate(self, password: str, user: Administrator | None = None) -> None:
        """Raises ValidationError."""
        told = (user.username, user.display_name, user.email.partition("@")[0]) if user else ()
        place = [
            *_PRODUCT,
            *(part for words in _words_of_the_place for name in words() for part in _parts(name)),
        ]
        names = [part for name in told for part in (name, *_parts(name))]
        if code := weakness(password, common=self.passwords, names=names, place=place):
            raise ValidationError(SENTENCES[code], code=code.value, params={"fewest": FEWEST})

    def get_help_text(self) -> str:
        """What to do beforehand."""
        return str(
            _("Take several words that do not belong together; no names, nothing of the organisation.")
        )


def _parts(name: str) -> list[str]:
    """The words of a name or the labels of a domain; without what every domain ends in."""
    return [part for part in re.split(r"[\W_]+", name) if len(part) > 3]
