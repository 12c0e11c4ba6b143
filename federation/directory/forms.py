"""The dialogs of a user and of Assign policies (lync-reference.md, 6.3 to 6.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from controlpanel.shell.details import DetailsForm, ReasonForm
from controlpanel.shell.fields import LineField
from federation.directory.models import User
from federation.directory.words import AUTOMATIC_LABEL, KEEP_LABEL, is_automatic, is_keep
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology.fields import AddressField
from federation.topology.models import Pool

if TYPE_CHECKING:
    from django.db import models

#: Up to here a drop-down holds every choice; beyond, values are offered while one types.
DROP_DOWN_LIMIT = 500
KEEP = "keep"


class PolicyField(forms.CharField):
    """A user policy by its identity; "" is <Automatic>. ``keep`` adds <Keep as is>."""

    def __init__(self, *, keep: bool = False, **kwargs: Any) -> None:
        self.keep = keep
        super().__init__(required=False, **kwargs)

    def offer(self) -> None:
        """Fill the drop-down with the policies as they are now; when the form is made."""
        policies = ExternalAccessPolicy.objects.filter(scope=Scope.USER).order_by("name_sort", "pk")
        names = [policy.identity for policy in policies[: DROP_DOWN_LIMIT + 1]]
        if len(names) > DROP_DOWN_LIMIT:
            self.widget = forms.TextInput(attrs={**_offering("assigned"), "placeholder": AUTOMATIC_LABEL})
            self.initial = KEEP_LABEL if self.keep else self.initial
            return
        first = [(KEEP, KEEP_LABEL)] if self.keep else []
        self.widget = forms.Select(choices=[*first, ("", AUTOMATIC_LABEL), *((name, name) for name in names)])

    def to_python(self, value: Any) -> Any:
        """The policy, None for <Automatic>, or KEEP."""
        text = str(value or "").replace("\x00", "\ufffd").strip()
        if self.keep and (text == KEEP or is_keep(text)):
            return KEEP
        if not text or is_automatic(text):
            return None
        policy = ExternalAccessPolicy.objects.named(text)
        if policy is None or policy.scope != Scope.USER:
            raise ValidationError(_("There is no user policy “%(name)s”."), params={"name": text[:100]})
        return policy

    def clean(self, value: Any) -> Any:
        """As to_python; a policy is no text to validate further."""
        return self.to_python(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another policy is named."""
        return str(initial or "") != str(data or "")


class PoolField(forms.CharField):
    """A pool by its FQDN."""

    def clean(self, value: Any) -> Any:
        """The pool."""
        fqdn = str(super().clean(value)).strip().casefold()
        pool = Pool.objects.select_related("site").filter(fqdn=fqdn).first()
        if pool is None:
            raise ValidationError(_("There is no pool “%(name)s”."), params={"name": fqdn[:100]})
        return pool


class UserForm(DetailsForm):
    """A user's record and the assigned policy."""

    address = AddressField(label=gettext_lazy("SIP address"), max_length=512)
    display_name = LineField(label=gettext_lazy("Display name"), max_length=256, required=False)
    first_name = LineField(label=gettext_lazy("First name"), max_length=128, required=False)
    last_name = LineField(label=gettext_lazy("Last name"), max_length=128, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=320, required=False)
    department = LineField(label=gettext_lazy("Department"), max_length=128, required=False)
    pool = PoolField(label=gettext_lazy("Registrar pool"), max_length=255)
    enabled = forms.BooleanField(label=pgettext_lazy("user", "Enabled"), required=False, initial=True)
    policy = PolicyField(label=gettext_lazy("External access policy"))

    @classmethod
    def values_of(cls, row: models.Model) -> dict[str, Any]:
        """The record, with pool and policy as they are typed."""
        assert isinstance(row, User)  # noqa: S101 # for the type checker
        plain = ("display_name", "first_name", "last_name", "email", "department", "enabled")
        return {
            "address": row.shown_address,
            **{name: getattr(row, name) for name in plain},
            "pool": row.pool.fqdn,
            "policy": str(row.policy or ""),
        }

    def layout(self) -> Layout:
        """Who, where, and which policy."""
        policy = self.fields["policy"]
        assert isinstance(policy, PolicyField)  # noqa: S101 # for the type checker
        policy.offer()
        self.fields["address"].help_text = _("Also the XMPP address, such as alice@contoso.com.")
        self.fields["pool"].widget.attrs |= _offering("pool")
        return Layout(
            Fieldset(_("User"), "address", "display_name", "first_name", "last_name", "email", "department"),
            Fieldset(
                _("Home and policy"),
                "pool",
                Field("enabled", wrapper_class="check"),
                Div("policy", HTML(self._view()), css_class="beside"),
            ),
        )

    def _view(self) -> str:
        """View: to the page of the chosen policy; without JavaScript, of the assigned one."""
        named = f"{reverse('policies:named')}?identity="
        assigned = str(self.initial.get("policy") or "")
        return format_html(
            '<a class="btn" data-view-of="id_policy" data-view-url="{}" href="{}{}"{}>{}</a>',
            named,
            named,
            quote(assigned),
            "" if assigned else mark_safe(" hidden"),  # a constant
            _("View"),
        )


class AssignForm(ReasonForm):
    """Assign policies: <Keep as is>, <Automatic> or a user policy."""

    policy = PolicyField(label=gettext_lazy("External access policy"), keep=True, initial=KEEP)
    #: The policy whose effect was shown; the action follows only when it is still the chosen one.
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policy = self.fields["policy"]
        assert isinstance(policy, PolicyField)  # noqa: S101 # for the type checker
        policy.offer()
        if isinstance(policy.widget, forms.Select):
            policy.widget.attrs |= {
                "hx-post": "",
                "hx-vals": '{"preview": "1"}',
                "hx-target": "closest form",
                "hx-select": "form.confirm",
                "hx-swap": "outerHTML",
            }

    def was_shown(self) -> bool:
        """Whether the effect of the chosen policy has been shown, and is not only asked for (``preview``)."""
        return bool(self.cleaned_data["shown"] == self._chosen()) and "preview" not in self.data

    def showing(self) -> AssignForm:
        """The same form, not yet confirmed: its next submission says that the effect was shown."""
        form = AssignForm({**self.data.dict(), "shown": self._chosen()})  # type: ignore[attr-defined] # a QueryDict
        form.is_pending = True
        return form

    def is_valid(self) -> bool:
        """Not while the effect of the choice is yet to be shown."""
        return super().is_valid() and not self.is_pending

    def _chosen(self) -> str:
        policy = self.cleaned_data["policy"]
        return f"={policy or ''}"


def _offering(name: str) -> dict[str, Any]:
    """Attributes of an input that offers values of a property while one types."""
    return {
        "list": f"values-{name}",
        "autocomplete": "off",
        "hx-get": reverse_lazy("directory:suggest"),
        "hx-vals": f'{{"property": "{name}"}}',
        "hx-trigger": "focus, input changed delay:200ms",
        "hx-target": f"#values-{name}",
    }
