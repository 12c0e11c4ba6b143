"""The dialog of a partner as a test fills it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from federation.partners.models import Partner
from federation.topology.names import shown_domain
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

    from tests.pages import Form


def new_dialog(client: Client, **values: str | bool) -> Form:
    """The dialog of a new partner with ``values`` filled in by the names of the fields."""
    return Page(client.get(reverse("partners:new"))).form("Commit").fill(**values)


def dialog(client: Client, partner: Partner, **values: str | bool) -> Form:
    """The dialog of ``partner`` with ``values`` filled in; the list of domains as its box holds it."""
    form = Page(client.get(reverse("partners:details", args=[partner.pk]))).form("Commit")
    lines = "\n".join(map(shown_domain, Partner.objects.get(pk=partner.pk).additional_domains))
    return form.fill(**({"additional": lines} | values))


def committed(client: Client, form: Form) -> Page:
    """The page after Commit: the list, or the dialog that came back."""
    return Page(form.send(client, follow=True))


def fresh(partner: Partner) -> Partner:
    """``partner`` as the database has it now."""
    return Partner.objects.get(pk=partner.pk)
