"""The dialogs of a site, of a pool and of a domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controlpanel.shell.details import DetailsForm
from controlpanel.shell.fields import LineField
from controlpanel.shell.text import fold
from federation.topology.fields import DomainField
from federation.topology.models import LocalDomain, Pool, PoolKind, Site, SiteKind

if TYPE_CHECKING:
    from django.db import models


class SiteField(LineField):
    """A site by its name; sites are offered while one types."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=128, **kwargs)
        self.widget.attrs |= {
            "list": "values-site",
            "autocomplete": "off",
            "hx-get": reverse_lazy("topology:sites-suggest"),
            "hx-trigger": "focus, input changed delay:200ms",
            "hx-target": "#values-site",
        }

    def clean(self, value: Any) -> Any:
        """The site, or None for nothing."""
        name = str(super().clean(value))
        if not name:
            return None
        site = Site.objects.filter(name_key=fold(name)).first()
        if site is None:
            raise ValidationError(_("There is no site “%(name)s”."), params={"name": name})
        return site


class SiteForm(DetailsForm):
    """A site: central, or a branch below a central one."""

    name = LineField(label=gettext_lazy("Name"), max_length=128)
    description = LineField(label=gettext_lazy("Description"), max_length=1024, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=SiteKind, initial=SiteKind.CENTRAL)
    parent = SiteField(label=gettext_lazy("Central site"), required=False)

    @classmethod
    def values_of(cls, row: models.Model) -> dict[str, Any]:
        """The record, with the parent by its name."""
        return super().values_of(row) | {"parent": str(getattr(row, "parent", None) or "")}

    def layout(self) -> Layout:
        """In the order of Lync's Topology Builder."""
        self.fields["parent"].help_text = _("Only for a branch site: the central site above it.")
        return Layout("name", "description", "kind", "parent")


class PoolForm(DetailsForm):
    """A pool of a site."""

    fqdn = DomainField(label=gettext_lazy("FQDN"), max_length=255)
    site = SiteField(label=gettext_lazy("Site"))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=PoolKind, initial=PoolKind.ENTERPRISE)
    description = LineField(label=gettext_lazy("Description"), max_length=1024, required=False)

    @classmethod
    def values_of(cls, row: models.Model) -> dict[str, Any]:
        """The record, with the site by its name."""
        assert isinstance(row, Pool)  # noqa: S101 # for the type checker
        return super().values_of(row) | {"site": row.site.name}

    def layout(self) -> Layout:
        """Who it is, where, and what for."""
        self.fields["kind"].help_text = _(
            "XMPP is not available to users homed on a Survivable Branch Appliance."
        )
        return Layout("fqdn", "site", "kind", "description")


class DomainForm(DetailsForm):
    """A domain of the organisation."""

    domain = DomainField(label=gettext_lazy("Domain"), max_length=255)
    description = LineField(label=gettext_lazy("Description"), max_length=1024, required=False)

    @classmethod
    def values_of(cls, row: models.Model) -> dict[str, Any]:
        """The record, with the domain as people read it."""
        assert isinstance(row, LocalDomain)  # noqa: S101 # for the type checker
        return super().values_of(row) | {"domain": str(row)}

    def layout(self) -> Layout:
        """Which domain, and what for."""
        self.fields["domain"].help_text = _("Users have addresses there. Nobody federates with it.")
        return Layout("domain", "description")
