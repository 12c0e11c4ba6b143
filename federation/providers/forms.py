"""The dialog of a SIP federated provider (lync-reference.md, 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Field, Layout
from django import forms
from django.utils.translation import gettext as _

from controlpanel.shell.details import DetailsForm
from controlpanel.shell.fields import LineField
from controlpanel.shell.layout import Advanced
from controlpanel.shell.numbers import NumberField
from federation.providers import rules
from federation.providers.words import HELP, LABELS, LEVEL_LABELS
from federation.topology.fields import DomainField
from federation.topology.verification import VerificationLevel

if TYPE_CHECKING:
    from controlpanel.shell.http import PanelRequest
    from federation.providers.models import FederatedProvider


def _box(name: str) -> forms.BooleanField:
    return forms.BooleanField(label=LABELS[name], required=False)


def _line(name: str, *, required: bool = False, longest: int = 512) -> LineField:
    return LineField(label=LABELS[name], help_text=HELP.get(name, ""), required=required, max_length=longest)


def _domain(name: str, *, required: bool = False) -> DomainField:
    return DomainField(label=LABELS[name], help_text=HELP.get(name, ""), required=required, max_length=255)


class ProviderForm(DetailsForm):
    """A hosted or a public provider; the name only for a new one, since it is the identity."""

    enabled = _box("enabled")
    name = _line("name", required=True, longest=128)
    proxy_fqdn = _domain("proxy_fqdn", required=True)
    verification_level = forms.ChoiceField(
        label=LABELS["verification_level"],
        widget=forms.RadioSelect,
        choices=list(LEVEL_LABELS.items()),
        initial=VerificationLevel.NEVER,
    )
    shared_address_space = _box("shared_address_space")
    hosts_ocs_users = _box("hosts_ocs_users")
    is_local = _box("is_local")
    autodiscover_url = _line("autodiscover_url")
    sip_client_port = NumberField(
        least=rules.LEAST_PORT,
        most=rules.MOST_PORT,
        label=LABELS["sip_client_port"],
        initial=rules.SIP_PORT,
    )
    icon_url = _line("icon_url")
    name_decoration_domain = _domain("name_decoration_domain")

    def __init__(
        self, request: PanelRequest, row: FederatedProvider | None = None, *, kind: str = "", **initial: Any
    ) -> None:
        """``kind``: of a new provider."""
        self.kind = rules.Kind(row.kind if row is not None else kind)
        super().__init__(request, row, **initial)

    def layout(self) -> Layout:
        """The panel's fields in its order, and folded away what it left to the shell, by kind."""
        for field in [*rules.foreign_to(self.kind), *([] if self.row is None else ["name"])]:
            del self.fields[field]
        self._offer_levels()
        own = [
            Field(name, wrapper_class="check") if default is False else Field(name)
            for name, default in rules.ADVANCED[self.kind].items()
        ]
        return Layout(
            Field("enabled", wrapper_class="check"),
            *(["name"] if self.row is None else []),
            "proxy_fqdn",
            "verification_level",
            Advanced(_("Advanced settings, which the original panel left to the shell"), *own),
        )

    def _offer_levels(self) -> None:
        """Offer what the kind may have; a deprecated level stays on offer to the row that has it."""
        kept = getattr(self.row, "verification_level", "")
        field: Any = self.fields["verification_level"]
        field.choices = [
            (level, label)
            for level, label in LEVEL_LABELS.items()
            if level == kept or rules.is_offered(level, self.kind)
        ]
