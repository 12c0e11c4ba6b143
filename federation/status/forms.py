"""The dialog of a gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Field, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controlpanel.shell.details import DetailsForm
from controlpanel.shell.fields import LineField
from federation.gateway.models import Gateway
from federation.topology.fields import DomainField
from federation.topology.forms import SiteField
from federation.topology.models import LocalDomain

if TYPE_CHECKING:
    from django.db import models


class GatewayForm(DetailsForm):
    """A gateway: its name, where it stands, and which of our domains it serves."""

    name = DomainField(label=gettext_lazy("Name (FQDN)"), max_length=255)
    site = SiteField(label=gettext_lazy("Site"))
    domains = forms.ModelMultipleChoiceField(
        LocalDomain.objects.all(),
        label=gettext_lazy("Domains it serves"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    description = LineField(label=gettext_lazy("Description"), max_length=1024, required=False)
    enabled = forms.BooleanField(label=gettext_lazy("Enabled"), required=False, initial=True)

    @classmethod
    def values_of(cls, row: models.Model) -> dict[str, Any]:
        """The record, with the site by its name and the domains by their keys."""
        assert isinstance(row, Gateway)  # noqa: S101 # for the type checker
        domains = sorted(row.domains.values_list("pk", flat=True))
        return super().values_of(row) | {"site": row.site.name, "domains": domains}

    def layout(self) -> Layout:
        """Which server, where, and what for."""
        self.fields["enabled"].help_text = _(
            "A disabled gateway gets nothing any more; it keeps what it has until it is turned off there."
        )
        self.fields["domains"].help_text = _(
            "The hosts of the server that are domains of ours. Status tells when it lacks one, and SRV "
            "records must lead to it for these only. None ticked: whatever it has."
        )
        return Layout("name", "site", "domains", "description", Field("enabled", wrapper_class="check"))
