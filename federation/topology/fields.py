"""Form fields for domains and addresses; what they clean is the stored form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from federation.topology import names
from federation.topology.words import refused

if TYPE_CHECKING:
    from collections.abc import Callable


class NameField(forms.CharField):
    """Text that ``parse`` (a function of names.py) brings to its stored form."""

    parse: Callable[[str], object]

    def clean(self, value: Any) -> str:
        """The stored form, or "" for nothing; ValidationError says what to type."""
        text = str(value or "").strip()
        if not text:
            self.validate(text)
            return ""
        try:
            return str(type(self).parse(text))
        except names.NameRefused as refusal:
            raise refused(refusal) from refusal


class DomainField(NameField):
    """A domain name or FQDN."""

    parse = staticmethod(names.domain)


class AddressField(NameField):
    """A person's SIP address or JID."""

    parse = staticmethod(names.address)
