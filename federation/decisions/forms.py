"""The question of the page Test access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from federation.decisions.facts import Direction, Kind
from federation.decisions.gathering import Question
from federation.decisions.kinds import KIND_LABELS
from federation.decisions.words import DIRECTION_LABELS
from federation.topology import names
from federation.topology.fields import NameField

if TYPE_CHECKING:
    from django.http import QueryDict


class SomebodyField(NameField):
    """An address of a person, or a domain for its server."""

    parse = staticmethod(names.address_or_domain)


class TestForm(forms.Form):
    """Sent by GET, so that a question has an address that can be passed on."""

    local = SomebodyField(
        label=_("Local user"),
        max_length=512,
        widget=forms.TextInput(
            attrs={
                "list": "values-local",
                "autocomplete": "off",
                "placeholder": "alice@contoso.com",
                "hx-get": reverse_lazy("decisions:suggest"),
                "hx-trigger": "focus, input changed delay:200ms",
                "hx-target": "#values-local",
            }
        ),
    )
    remote = SomebodyField(
        label=_("Remote address"),
        max_length=512,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "bob@fabrikam.com"}),
    )
    direction = forms.ChoiceField(
        label=_("Direction"),
        choices=[(each.value, label) for each, label in DIRECTION_LABELS.items()],
        widget=forms.RadioSelect,
        required=False,
    )
    contact = forms.BooleanField(
        label=_("The remote address is on the user’s contact list already"),
        help_text=_("The panel does not see contact lists."),
        required=False,
    )
    kind = forms.ChoiceField(
        label=_("Kind of stanza"),
        choices=[(each.value, label) for each, label in KIND_LABELS.items()],
        required=False,
    )

    def __init__(self, params: QueryDict) -> None:
        start = {"direction": Direction.OUTBOUND.value, "kind": Kind.MESSAGE_CHAT.value}
        asked = {name: params.get(name, "").replace("\x00", "") for name in self.base_fields}
        self.is_asked = bool(asked["local"] and asked["remote"])
        filled = {**asked, **{name: asked[name] or value for name, value in start.items()}}
        super().__init__(filled if self.is_asked else None, initial=filled)

    @property
    def question(self) -> Question:
        """What is asked; of a valid form."""
        values: dict[str, Any] = self.cleaned_data
        return Question(
            names.address_or_domain(values["local"]),
            names.address_or_domain(values["remote"]),
            Direction(values["direction"]),
            Kind(values["kind"]),
            values["contact"],
        )
