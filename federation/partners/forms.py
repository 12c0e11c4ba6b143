"""The dialog of an XMPP federated partner (lync-reference.md, 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout
from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controlpanel.shell.details import DetailsForm
from controlpanel.shell.fields import LineField, TextField
from controlpanel.shell.layout import Advanced, First
from controlpanel.shell.numbers import NumberField
from federation.partners import dependents, words
from federation.partners.lists import read_list
from federation.partners.models import Partner
from federation.partners.rules import (
    DEFAULT,
    MOST_CONNECTIONS,
    Choice,
    Negotiation,
    PartnerType,
    Verdict,
    negotiate,
)
from federation.topology.fields import DomainField
from federation.topology.names import shown_domain

if TYPE_CHECKING:
    from django.db import models

    from federation.partners.dependents import Effect

_NEGOTIATIONS = [(each.value, label) for each, label in words.NEGOTIATION_LABELS.items()]


class LinesField(TextField):
    """A list, one item a line; it cleans to the lines, blank ones too, so that their numbers are true."""

    def clean(self, value: Any) -> Any:
        """The lines as they were typed."""
        return str(super().clean(value)).split("\n")


class PartnerForm(DetailsForm):
    """A partner; the primary domain only of a new one, since it is what the partner is known by."""

    domain = DomainField(label=gettext_lazy("Primary domain"), max_length=255)
    description = LineField(label=gettext_lazy("Description"), max_length=1024, required=False)
    additional = LinesField(label=gettext_lazy("Additional domains"), required=False, strip=False)
    type = forms.ChoiceField(
        label=gettext_lazy("Partner type"),
        choices=[(each.value, label) for each, label in words.TYPE_LABELS.items()],
        initial=PartnerType.PUBLIC_UNVERIFIED.value,
    )
    tls = forms.ChoiceField(
        label=gettext_lazy("TLS negotiation"), choices=_NEGOTIATIONS, initial=DEFAULT.tls.value
    )
    sasl = forms.ChoiceField(
        label=gettext_lazy("SASL negotiation"), choices=_NEGOTIATIONS, initial=DEFAULT.sasl.value
    )
    dialback = forms.BooleanField(
        label=gettext_lazy("Support server dialback negotiation"), required=False, initial=DEFAULT.dialback
    )
    keep_alive = forms.BooleanField(label=gettext_lazy("Enable keep-alive"), required=False, initial=True)
    connection_limit = NumberField(
        label=gettext_lazy("Connection limit"), least=1, most=MOST_CONNECTIONS, required=False
    )
    proxy = DomainField(label=gettext_lazy("Proxy (FQDN)"), max_length=255, required=False)

    @classmethod
    def values_of(cls, row: models.Model) -> dict[str, Any]:
        """The record, with all domains as people read them."""
        assert isinstance(row, Partner)  # noqa: S101 # for the type checker
        additional = "\n".join(map(shown_domain, row.additional_domains))
        plain = super().values_of(row) | {"proxy": shown_domain(row.proxy), "additional": additional}
        plain.pop("domain")
        return plain

    def layout(self) -> Layout:
        """In Lync's order, then what only its shell could set."""
        if self.row is not None:
            del self.fields["domain"]
        self._help()
        named = [] if self.row else [First("domain")]
        return Layout(
            *named,
            "description",
            "additional",
            Div(
                Fieldset("", "type", HTML('{% include "partners/_types.html" %}')),
                Fieldset(_("Connection Type:"), "tls", "sasl", Field("dialback", wrapper_class="check")),
                **self._live(),
            ),
            HTML('{% include "partners/_consequences.html" %}'),
            Advanced(
                _("Advanced settings, which the original panel left to the shell"),
                Field("keep_alive", wrapper_class="check"),
                "connection_limit",
                "proxy",
            ),
        )

    def _help(self) -> None:
        texts = {
            "domain": _("Such as fabrikam.com. It cannot be changed later."),
            "additional": _(
                "One domain a line; a list can be pasted. Nothing is implied: each subdomain that is to talk"
                " must be listed."
            ),
            "dialback": _("When it is off, dialback that comes in is ignored."),
            "keep_alive": _("The partner is sent a sign of life from time to time."),
            "connection_limit": _("At the same time. Empty: the limit for one partner of the XMPP gateway."),
            "proxy": _("The partner’s proxy, when it has one."),
        }
        for name, text in texts.items():
            if name in self.fields:
                self.fields[name].help_text = text
        self.fields["additional"].widget.attrs |= {"data-lines": _("Additional domain {n}"), "rows": 3}

    def _live(self) -> dict[str, str]:
        """Attributes by which the page says what a choice comes to while it is made."""
        if self.fields["type"].disabled:
            return {}
        url = reverse("partners:consequences")
        return {
            "hx_get": f"{url}?partner={self.row.pk}" if self.row else url,
            "hx_trigger": "change",
            "hx_include": "[name=type], [name=tls], [name=sasl], [name=dialback]",
            "hx_target": "#consequences",
            "hx_swap": "outerHTML",
        }

    def questions(self) -> list[str]:
        """A warned choice is asked about once more, and a type by which somebody loses something."""
        asked: list[str] = []
        touched = set(self.touched())
        if self.row is None or touched & set(Choice._fields):
            found = negotiate(*choice_of(self.cleaned_data))
            if found.verdict is Verdict.WARN:
                asked.append(str(words.CODE_SENTENCES[found.code]))
        if isinstance(self.row, Partner) and "type" in touched:
            effect = dependents.retyping(self.row, PartnerType(self.cleaned_data["type"]))
            asked.extend(effect.loses)
        return [*asked, *words.blocked(self._taken())]

    def _taken(self) -> list[str]:
        """The domains that would become the partner's."""
        partner = self.row if isinstance(self.row, Partner) else None
        primary: str = partner.domain if partner else self.cleaned_data["domain"]
        had = {primary, *partner.additional_domains} if partner else set()
        wanted = [primary, *read_list(self.cleaned_data["additional"], primary).domains]
        return [domain for domain in wanted if domain not in had]

    def consequences(self) -> Consequences:
        """What the choices as they stand in the form come to."""
        values = {name: self[name].value() for name in ("type", *Choice._fields)}
        return Consequences(values, self.row if isinstance(self.row, Partner) else None)


class Consequences:
    """What the chosen type and negotiation come to; ``values`` as a form has them, so perhaps no choices."""

    def __init__(self, values: dict[str, Any], partner: Partner | None = None) -> None:
        self.methods: list[Any] = []
        self.verdict = self.sentence = self.nearest = ""
        self.effect: Effect | None = None
        try:
            found = negotiate(*choice_of(values))
            wanted = PartnerType(values["type"])
        except ValueError:
            return
        self.verdict = found.verdict.value
        self.sentence = str(words.CODE_SENTENCES[found.code])
        self.nearest = words.nearest(found.nearest) if found.nearest else ""
        if found.verdict is not Verdict.INVALID:
            self.methods = [words.METHOD_LABELS[method] for method in found.methods]
        if partner is not None and wanted != partner.type:
            self.effect = dependents.retyping(partner, wanted)


def choice_of(values: dict[str, Any]) -> Choice:
    """The three negotiation settings in ``values``. Raises ValueError."""
    return Choice(Negotiation(values["tls"]), Negotiation(values["sasl"]), bool(values["dialback"]))
