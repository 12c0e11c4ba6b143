"""How templates read an event."""

from __future__ import annotations

from django import template

from controlpanel.audit import words

register = template.Library()
register.filter("changes", words.changes)
register.filter("summary", words.summary)
register.filter("address_of", words.address_of)
register.filter("many", words.many)
register.filter("member_address", words.member_address)
register.filter("member_summary", words.member_summary)
