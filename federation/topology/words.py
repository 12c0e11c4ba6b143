"""Sentences for why names.py refuses a domain or an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from federation.topology.names import Code

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from federation.topology.names import NameRefused

SENTENCES: dict[Code, _StrPromise] = {
    Code.EMPTY: _("Type a name such as contoso.com."),
    Code.SPACE: _("Take the space out of the name."),
    Code.CONTROL: _("Take the hidden character %(codepoint)s out of the name."),
    Code.SCHEME: _("Leave out “%(scheme)s”: type the name alone, such as contoso.com."),
    Code.PORT: _("Leave out the port “:%(port)s”: type the name alone."),
    Code.PATH: _("Leave out everything from the slash: type the name alone."),
    Code.WILDCARD: _("A * stands for nothing here: list each name."),
    Code.ADDRESS: _("This is an address. Type the domain alone, the part after @."),
    Code.TRAILING_DOT: _("Leave out the dot at the end."),
    Code.EMPTY_LABEL: _("Two dots stand together, or one stands at the beginning."),
    Code.SINGLE_LABEL: _("“%(label)s” has no dot. Type the whole name, such as %(label)s.com."),
    Code.IP_ADDRESS: _("This is an IP address. Type a name."),
    Code.TOO_LONG: _("The name is longer than %(limit)s characters."),
    Code.LABEL_TOO_LONG: _("“%(label)s” is longer than %(limit)s characters between its dots."),
    Code.HYPHEN: _("“%(label)s” starts or ends with a hyphen, or has two in the third and fourth place."),
    Code.CHARACTER: _("The character “%(character)s” (%(codepoint)s) cannot stand in a domain name."),
    Code.LABEL: _("“%(label)s” is not a valid part of a domain name."),
    Code.MIXED_SCRIPTS: _("“%(label)s” mixes letters that look alike (%(scripts)s). Use one script."),
    Code.NO_LOCAL: _("Type the whole address, such as alice@contoso.com."),
    Code.RESOURCE: _("Leave out everything from the slash: type the address alone."),
    Code.LOCAL_TOO_LONG: _("The part before @ is longer than %(limit)s bytes."),
    Code.LOCAL_CHARACTER: _("The character “%(character)s” (%(codepoint)s) cannot stand before the @."),
    Code.LOCAL: _("“%(local)s” cannot stand before the @."),
    Code.READ_AS: _("XMPP servers read %(typed)s as %(instead)s. Write %(instead)s."),
    Code.READ_AS_DOMAIN: _(
        "XMPP servers read %(typed)s as %(instead)s. Write %(instead)s, or %(stored)s when the other "
        "domain is meant."
    ),
    Code.SPELLING: _("XMPP servers do not know %(typed)s by this spelling. Write %(instead)s."),
    Code.UNREADABLE: _("XMPP servers cannot read “%(typed)s” before the @. Choose other letters."),
}


def refused(refusal: NameRefused) -> ValidationError:
    """``refusal`` as the error of a form or of a service."""
    return ValidationError(SENTENCES[refusal.code], code=refusal.code.value, params=refusal.params)
