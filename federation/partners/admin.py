"""XMPP federated partners on the support desk's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.actor import Actor
from controlpanel.shell.admin import RecordedAdmin, RecordedForm
from federation.partners import dependents, services
from federation.partners.models import Partner
from federation.topology.names import shown_domain

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class PartnerAdminForm(RecordedForm):
    """A partner with its additional domains, one a line."""

    additional = forms.CharField(
        label=_("Additional domains"), required=False, strip=False, widget=forms.Textarea
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.instance, Partner) and self.instance.pk:
            lines = map(shown_domain, self.instance.additional_domains)
            self.fields["additional"].initial = "\n".join(lines)


@admin.register(Partner)
class PartnerAdmin(RecordedAdmin):
    """All partners; what is warned of in the panel is saved here without a second question."""

    form = PartnerAdminForm
    list_display = ("shown", "type", "tls", "sasl", "dialback", "description", "changed_at", "changed_by")
    list_filter = ("type", "tls", "sasl", "dialback")
    search_fields = ("domains__domain", "domains__shown", "description")
    fields = (
        ("domain", "type"),
        "description",
        "additional",
        ("tls", "sasl", "dialback"),
        ("keep_alive", "connection_limit", "proxy"),
        "seen_version",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The primary domain is what a partner is known by, and never changes."""
        return ["domain"] if obj else []

    def write(
        self, request: HttpRequest, row: Partner, values: dict[str, Any], version: int | None
    ) -> Partner:
        """Make or change a partner."""
        if "additional" in values:
            values["additional"] = values["additional"].splitlines()
        if version is None:
            return services.create_partner(actor=Actor.of(request), **({"domain": ""} | values))
        return services.change_partner(row, actor=Actor.of(request), version=version, **values)

    def consequences(self, rows: QuerySet[Partner]) -> list[str]:
        """Who loses and who gains what."""
        effect = dependents.removal(Partner.objects.filter(pk__in=rows.values("pk")))
        return [*effect.loses, *effect.gains]

    def remove(self, request: HttpRequest, rows: QuerySet[Partner]) -> None:
        """Delete partners with their domains."""
        services.delete_partners(rows, actor=Actor.of(request))
