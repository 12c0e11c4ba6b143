"""Domain names and addresses as the protocols compare them. Pure Python.

A domain is stored in one form, lower-case A-labels (``xn--bcher-kva.example``), whatever was typed: mapped
by UTS #46, then checked label by label by IDNA 2008 (RFC 5891) and the DNS (RFC 1035, 2.3.4). People see
U-labels (``bücher.example``). An address is a bare JID (RFC 7622) and a SIP address at once: the local part
by the PRECIS profile UsernameCaseMapped (RFC 8265, 3.3; package precis-i18n), then ``@``, then a domain.
Two names are the same name exactly when their stored forms are the same string.

XMPP servers compare by older rules (prepared.py), by which some names are others: straße is strasse to them.
Such a name is refused, with the form to write instead, so that what is one name here is one name there. A
domain may be written in A-labels all the same, which servers take as they are, and is then shown so.

Whatever cannot be a name raises ``NameRefused`` with a code and parameters; sentences are made elsewhere.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple, NoReturn

import idna
import precis_i18n

from federation.topology.prepared import prepared_domain, prepared_local
from federation.topology.refusals import Code, NameRefused

__all__ = [
    "LONGEST_NAME",
    "Address",
    "Code",
    "NameRefused",
    "address",
    "address_or_domain",
    "domain",
    "own_letters",
    "shown_domain",
    "stanza_address",
]

#: The DNS holds 255 octets with a length octet per label and one for the root: 253 characters of text.
LONGEST_NAME = 253
LONGEST_LABEL = 63
#: Of UTF-8 octets (RFC 7622, 3.3.1).
LONGEST_LOCAL = 1023
#: Nothing longer is looked at: the work of IDNA is not linear.
LONGEST_TEXT = 1024

_PLAIN_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9._+-]{1,64}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://|(?:sips?|xmpp|im|pres|mailto|tel):", re.IGNORECASE)
_PORT = re.compile(r":[0-9]*$")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
#: Letters that look alike across these scripts; the first word of a letter's Unicode name is its script.
_CONFUSABLE_SCRIPTS = frozenset({"LATIN", "CYRILLIC", "GREEK"})
#: Never in a local part, though PRECIS allows them (RFC 7622, 3.3.1).
_NOT_IN_LOCAL = frozenset("\"&'/:<>@")
_USERNAME = precis_i18n.get_profile("UsernameCaseMapped")


class Address(NamedTuple):
    """A bare address in stored form; ``local`` is empty for a server. ``str()`` gives the stored text."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}" if self.local else self.domain

    @property
    def shown(self) -> str:
        """As people read it: the domain in U-labels."""
        return str(self._replace(domain=shown_domain(self.domain)))


def domain(text: str) -> str:
    """The stored form of a typed domain name or FQDN; raises NameRefused. Blanks around it do not count."""
    return _domain(text.strip())


def shown_domain(stored: str) -> str:
    """A stored domain as people read and write it: in U-labels where servers read these as it."""
    own = own_letters(stored)
    return own if own == stored or prepared_domain(own) == own else stored


def own_letters(stored: str) -> str:
    """A stored domain in U-labels, whatever servers make of these."""
    return ".".join(map(idna.ulabel, stored.split("."))) if "xn--" in stored else stored


def address(text: str) -> Address:
    """The stored form of a person's typed address, ``sip:`` dropped; raises NameRefused."""
    text = _without_sip(text.strip())
    if text and "@" not in text and not _SCHEME.match(text):
        raise NameRefused(Code.NO_LOCAL)  # not what would be wrong with it as a domain
    return _address(text)


def address_or_domain(text: str) -> Address:
    """Like address(), but a bare domain (a server) is good too."""
    return _address(_without_sip(text.strip()))


def stanza_address(text: str) -> tuple[Address, str]:
    """An address of a stanza as (bare address, resource) by RFC 7622, 3.2; raises NameRefused.

    Servers, people and their sessions have such addresses. The resource is as it came, often empty; a last
    dot of the domain is no part of it.
    """
    bare, _slash, resource = text.partition("/")
    return _address(bare.removesuffix(".")), resource


def _without_sip(text: str) -> str:
    return text[4:] if text[:4].lower() == "sip:" else text


def _address(text: str) -> Address:
    if not text:
        raise NameRefused(Code.EMPTY)
    if scheme := _SCHEME.match(text):
        raise NameRefused(Code.SCHEME, scheme=scheme[0].rstrip(":/"))
    local, at, name = text.partition("@")
    if not at:
        return Address("", _domain(text))
    if not local:
        raise NameRefused(Code.NO_LOCAL)
    if "/" in name:
        raise NameRefused(Code.RESOURCE)
    return Address(_local(local), _domain(name))


def _local(text: str) -> str:
    """A local part that servers read as the panel does."""
    local = _by_precis(text)
    if local.isascii() and text.isascii():
        return local
    read = prepared_local(local)
    if read == local == prepared_local(text):
        return local
    if read == local:
        raise NameRefused(Code.SPELLING, typed=text, instead=local)
    if read and _is_local(read):
        raise NameRefused(Code.READ_AS, typed=text, instead=read)
    raise NameRefused(Code.UNREADABLE, typed=text)


def _is_local(text: str) -> bool:
    """Whether ``text`` is a local part in stored form."""
    try:
        return _local(text) == text
    except NameRefused:
        return False


def _by_precis(text: str) -> str:
    if _PLAIN_LOCAL.fullmatch(text):
        return text.lower()
    _refuse_blanks(text)
    if len(text.encode()) > LONGEST_LOCAL:
        raise NameRefused(Code.LOCAL_TOO_LONG, limit=LONGEST_LOCAL)
    try:
        local = _USERNAME.enforce(text)
    except UnicodeEncodeError as error:
        _refuse_local(error)
    for character in local:  # after the mapping: a full-width "＠" has become "@"
        if character in _NOT_IN_LOCAL:
            raise NameRefused(Code.LOCAL_CHARACTER, **_named(character))
    if len(local.encode()) > LONGEST_LOCAL:
        raise NameRefused(Code.LOCAL_TOO_LONG, limit=LONGEST_LOCAL)
    return local


def _refuse_local(error: UnicodeEncodeError) -> NoReturn:
    if error.end - error.start == 1:
        raise NameRefused(Code.LOCAL_CHARACTER, **_named(error.object[error.start])) from None
    raise NameRefused(Code.LOCAL, local=error.object) from None


@lru_cache(maxsize=4096)
def _domain(text: str) -> str:
    """A domain that servers read as the panel does."""
    if len(text) <= LONGEST_NAME and _PLAIN_DOMAIN.fullmatch(text) and "--" not in text:
        return text
    stored = _by_idna(text)
    own, read = own_letters(stored), prepared_domain(text) or ""
    labels = zip(own.split("."), stored.split("."), read.split("."), strict=False)
    if read.count(".") == stored.count(".") and all(label in both for *both, label in labels):
        return stored
    if (shown := shown_domain(stored)) == own:
        raise NameRefused(Code.SPELLING, typed=text, instead=shown)
    if (read := prepared_domain(own) or "") and _is_domain(read):
        raise NameRefused(Code.READ_AS_DOMAIN, typed=text, instead=read, stored=stored)
    raise NameRefused(Code.SPELLING, typed=text, instead=stored)


def _is_domain(text: str) -> bool:
    """Whether ``text`` is a domain as it is shown."""
    try:
        return shown_domain(_domain(text)) == text
    except NameRefused:
        return False


def _by_idna(text: str) -> str:
    _refuse_what_is_no_name(text)
    labels = _mapped(text).split(".")
    if len(labels) > 1 and not labels[-1]:
        raise NameRefused(Code.TRAILING_DOT)
    if not all(labels):
        raise NameRefused(Code.EMPTY_LABEL)
    if len(labels) == 1:
        raise NameRefused(Code.SINGLE_LABEL, label=labels[0])
    if _NUMBER.fullmatch(labels[-1]):  # "127.1" is an address to many programs (WHATWG URL, 3.5)
        raise NameRefused(Code.IP_ADDRESS)
    name = ".".join(_label(label) for label in labels)
    if len(name) > LONGEST_NAME:
        raise NameRefused(Code.TOO_LONG, limit=LONGEST_NAME)
    return name


def _refuse_what_is_no_name(text: str) -> None:
    """Refuse what people paste in place of a domain, each with a code of its own."""
    if not text:
        raise NameRefused(Code.EMPTY)
    if len(text) > LONGEST_TEXT:
        raise NameRefused(Code.TOO_LONG, limit=LONGEST_NAME)
    _refuse_blanks(text)
    if scheme := _SCHEME.match(text):
        raise NameRefused(Code.SCHEME, scheme=scheme[0].rstrip(":/"))
    if "@" in text:
        raise NameRefused(Code.ADDRESS)
    if "/" in text or "\\" in text:
        raise NameRefused(Code.PATH)
    if "*" in text:
        raise NameRefused(Code.WILDCARD)
    if _is_ip(text):
        raise NameRefused(Code.IP_ADDRESS)
    if port := _PORT.search(text):
        raise NameRefused(Code.PORT, port=port[0][1:])


def _refuse_blanks(text: str) -> None:
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs"}:
            raise NameRefused(Code.CONTROL, codepoint=f"U+{ord(character):04X}")
        if character.isspace():
            raise NameRefused(Code.SPACE)


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text.partition("]")[0].lstrip("["))
    except ValueError:
        return False
    return True


def _mapped(text: str) -> str:
    """Lower case, full-width and other dots made plain, and so on (UTS #46, non-transitional)."""
    try:
        return idna.uts46_remap(text)
    except idna.IDNAError as error:
        raise _refusal(error, text) from None


def _label(label: str) -> str:
    """One mapped label in A-form, checked by IDNA 2008."""
    try:
        stored = idna.alabel(label).decode()
        shown = idna.ulabel(stored)
    except idna.IDNAError as error:
        raise _refusal(error, label) from None
    names = (unicodedata.name(character, "").partition(" ")[0] for character in shown)
    scripts = sorted(_CONFUSABLE_SCRIPTS & set(names))
    if len(scripts) > 1:
        raise NameRefused(Code.MIXED_SCRIPTS, label=shown, scripts=", ".join(map(str.title, scripts)))
    return stored


def _refusal(error: idna.IDNAError, label: str) -> NameRefused:
    if error.codepoint is not None:
        return NameRefused(Code.CHARACTER, **_named(chr(error.codepoint)))
    if error.code == "label_too_long":
        return NameRefused(Code.LABEL_TOO_LONG, label=label, limit=LONGEST_LABEL)
    if error.code in {"hyphen_3_4", "hyphen_start_end"}:
        return NameRefused(Code.HYPHEN, label=label)
    return NameRefused(Code.LABEL, label=label)


def _named(character: str) -> dict[str, str | int]:
    return {"character": character, "codepoint": f"U+{ord(character):04X}"}
