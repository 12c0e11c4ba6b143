"""Sentences of this room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from federation.policies.governing import Why

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

#: Why a policy governs; follows "Governed by <policy>, ".
REASONS: dict[Why, _StrPromise] = {
    Why.ASSIGNED: _("because this user policy is assigned; it replaces the policy of the site and Global."),
    Why.SITE: _("because no user policy is assigned; the site policy replaces Global."),
    Why.GLOBAL: _("because no user policy is assigned and the site has no policy."),
}

NOT_ENABLED = _("The user is not enabled: no policy governs, and nobody outside can be reached.")

MISREAD = _(
    "XMPP servers take this address and another for one: nobody talks under either until one is removed or "
    "changed. Topology > Status says which."
)

#: What stands for "no user policy" in the log and in commands, and how a reader sees it.
AUTOMATIC = "<Automatic>"
AUTOMATIC_LABEL = _("<Automatic>")
KEEP_LABEL = _("<Keep as is>")
_AUTOMATIC_WORDS = frozenset({"automatic", "automatique"})
_KEEP_WORDS = frozenset({"keep as is", "conserver tel quel"})


def is_automatic(text: str) -> bool:
    """Whether ``text`` is <Automatic>, in either language, with or without its brackets."""
    return _bare(text) in _AUTOMATIC_WORDS


def is_keep(text: str) -> bool:
    """Whether ``text`` is <Keep as is>, in the same way."""
    return _bare(text) in _KEEP_WORDS


def _bare(text: str) -> str:
    return text.strip().strip("<>").strip().casefold()
