"""The dialog of an external access policy (lync-reference.md, 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.layout import HTML, Field, Fieldset, Layout
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from controlpanel.shell.details import DetailsForm
from controlpanel.shell.fields import LineField
from controlpanel.shell.layout import First
from federation.policies.rules import NEEDS, SWITCHES
from federation.policies.words import NEEDS_SENTENCES, SWITCH_LABELS

if TYPE_CHECKING:
    from django.db import models

_HELP = {
    "federated": _("People of partner organisations. XMPP needs it too."),
    "xmpp": _("People at the domains listed under XMPP Federated Partners."),
    "remote": _("Signing in from outside the network, without VPN."),
    "public": _("People of public providers."),
    "public_av": _("Not in the original panel, where only the shell could set it."),
}


class PolicyForm(DetailsForm):
    """Switches and description; the name only for a new user policy, since it is the identity."""

    name = LineField(label=_("Name"), max_length=128)
    description = LineField(label=_("Description"), max_length=1024, required=False)
    federated = forms.BooleanField(label=SWITCH_LABELS["federated"], required=False)
    xmpp = forms.BooleanField(label=SWITCH_LABELS["xmpp"], required=False)
    remote = forms.BooleanField(label=SWITCH_LABELS["remote"], required=False)
    public = forms.BooleanField(label=SWITCH_LABELS["public"], required=False)
    public_av = forms.BooleanField(label=SWITCH_LABELS["public_av"], required=False)

    def __init__(self, *args: Any, named: bool = False, **kwargs: Any) -> None:
        """``named``: the name is typed (a new user policy) and not given by what exists."""
        self.named = named
        super().__init__(*args, **kwargs)

    @classmethod
    def values_of(cls, row: models.Model) -> dict[str, Any]:
        """Description and switches as the row has them; the name is no field of an existing policy."""
        return {name: getattr(row, name) for name in ("description", *SWITCHES)}

    def layout(self) -> Layout:
        """The dialog in Lync's order; a dependent box is indented below the one it needs."""
        if not self.named:
            del self.fields["name"]
        needs = dict(NEEDS)
        boxes: list[Any] = []
        for name in SWITCHES:
            self.fields[name].help_text = _HELP[name]
            if name in needs:
                self.fields[name].widget.attrs["data-needs"] = f"id_{needs[name]}"
                boxes.append(Field(name, wrapper_class="check sub"))
                boxes.append(HTML(_reason(name)))
            else:
                boxes.append(Field(name, wrapper_class="check"))
        own = [First("name")] if self.named else []
        return Layout(*own, "description", Fieldset(_("What the governed users may do"), *boxes))


def _reason(name: str) -> str:
    """Why the box ``name`` is greyed; shown by depends.js while it is."""
    return format_html(
        '<p class="reason-greyed" data-needs-reason-for="id_{}" hidden>{}</p>',
        name,
        NEEDS_SENTENCES[name],
    )
