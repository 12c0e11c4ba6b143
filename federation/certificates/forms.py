"""The dialogs of the room: a request, an import, a name, an assignment, an export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.layout import HTML, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controlpanel.shell.details import DetailsForm, ReasonForm
from controlpanel.shell.fields import LineField
from federation.certificates import countries
from federation.certificates.models import KEY_LABELS, LONGEST_NAME
from federation.certificates.namesfield import NamesField
from federation.certificates.services.exporting import Format
from federation.certificates.services.requests import examined
from federation.certificates.words import FIELD_LABELS, told
from federation.topology.fields import DomainField
from federation.x509.exporting import LEAST_PASSWORD
from federation.x509.findings import Severity
from federation.x509.keys import DEFAULT_KIND, KeyKind
from federation.x509.reading import MOST_OCTETS
from federation.x509.requests import FIELDS, Plan

if TYPE_CHECKING:
    from collections.abc import Sequence


class RequestForm(DetailsForm):
    """Everything a request may ask for, on one page."""

    name = LineField(label=gettext_lazy("Friendly name"), max_length=LONGEST_NAME)
    gateway = DomainField(label=gettext_lazy("Gateway FQDN"), max_length=255)
    domains = NamesField(label=gettext_lazy("Local XMPP domains"))
    others = NamesField(label=gettext_lazy("Other host names"))
    key = forms.ChoiceField(
        label=gettext_lazy("Algorithm and length"), choices=KEY_LABELS, initial=DEFAULT_KIND.value
    )
    organization = LineField(label=FIELD_LABELS["organization"], required=False, max_length=64)
    unit = LineField(label=FIELD_LABELS["unit"], required=False, max_length=64)
    locality = LineField(label=FIELD_LABELS["locality"], required=False, max_length=128)
    state = LineField(label=FIELD_LABELS["state"], required=False, max_length=128)
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        required=False,
        choices=countries.choices,
    )
    srv_names = forms.BooleanField(label=gettext_lazy("Also as SRVName"), required=False)
    xmpp_addresses = forms.BooleanField(label=gettext_lazy("Also as id-on-xmppAddr"), required=False)

    def layout(self) -> Layout:
        """What it is for, then its names, then the organisation."""
        for name, help_text in _request_help().items():
            self.fields[name].help_text = help_text
        self.fields["gateway"].widget.attrs |= {"spellcheck": "false", "autocapitalize": "none"}
        return Layout(
            "name",
            Fieldset(
                _("Names"),
                "gateway",
                "domains",
                "others",
                Field("srv_names", wrapper_class="check"),
                Field("xmpp_addresses", wrapper_class="check"),
                HTML('{% include "certificates/_names_watched.html" %}'),
                HTML(format_html("<p class=form-text>{}</p>", _usage_note())),
            ),
            Fieldset(_("Key"), "key"),
            Fieldset(
                _("Information about your organisation"),
                "organization",
                "unit",
                "locality",
                "state",
                "country",
            ),
        )

    def plan(self) -> Plan:
        """What the fields ask for."""
        values = self.cleaned_data
        return Plan(
            gateway=values["gateway"],
            domains=values["domains"],
            others=values["others"],
            key=KeyKind(values["key"]),
            country=values["country"],
            srv_names=values["srv_names"],
            xmpp_addresses=values["xmpp_addresses"],
            **{name: values[name] for name in FIELDS},
        )

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot be asked for, such as a wildcard."""
        super().clean()
        if not self.errors:
            for finding in examined(self.plan()):
                if finding.severity is Severity.ERROR:
                    self.add_error(self._field_of(finding.params), told(finding))
        return self.cleaned_data

    def _field_of(self, params: Any) -> str | None:
        name = params.get("name")
        return params.get("field") or next(
            (each for each in ("domains", "others") if name in self.cleaned_data[each]), None
        )

    def questions(self) -> list[str]:
        """Each warning, to be confirmed by a second Commit."""
        return [told(each) for each in examined(self.plan()) if each.severity is Severity.WARNING]


def _request_help() -> dict[str, str]:
    return {
        "name": _("How this list and Windows call the certificate."),
        "gateway": _("The host name that partners find in the DNS. It is the subject and the first name."),
        "domains": _(
            "The part after @ in your users’ addresses, without a host name: partners verify the gateway by "
            "it. One a line. A * is refused: XMPP servers do not agree on what it covers."
        ),
        "others": _("Only if partners connect to other host names too. One a line."),
        "key": _(
            "RSA with 2048 bits works with every server, however old, and the key is replaced with each "
            "certificate. ECDSA is faster; some old servers do not know it."
        ),
        "srv_names": _("For each domain, _xmpp-server. Few authorities issue it, and no partner needs it."),
        "xmpp_addresses": _(
            "Warning: ejabberd 23.01 cannot federate with a certificate that has one. Leave it off unless a "
            "partner insists."
        ),
        "unit": _("Public authorities leave it out."),
        "country": _("Two letters, ISO 3166."),
    }


def _usage_note() -> str:
    return _(
        "The request asks for the usages server and client: the gateway is a server when partners dial in, "
        "and a client with the same certificate when it dials out and proves itself (SASL EXTERNAL)."
    )


class NameForm(DetailsForm):
    """The friendly name of a certificate or an authority: all else stands in it."""

    name = LineField(label=gettext_lazy("Friendly name"), max_length=LONGEST_NAME)

    def layout(self) -> Layout:
        """One field."""
        return Layout("name")


class FilesInput(forms.ClearableFileInput):
    """A box that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; a list of their bytes. ``reading`` of the core says more about their contents."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        """The contents, together no larger than what the core reads."""
        files = [super(FilesField, self).clean(each, initial) for each in data or [] if each]
        if sum(each.size for each in files) > MOST_OCTETS:
            raise ValidationError(
                _("The files are larger than 1 MB together. Certificates are much smaller.")
            )
        return [each.read() for each in files]


class SecretText(forms.Textarea):
    """A text box whose contents never come back in a page: a private key may have been pasted into it."""

    def format_value(self, _value: Any) -> str:
        """Nothing."""
        return ""


class FilesForm(ReasonForm):
    """Files, or their text, or both."""

    files_ = FilesField(label=gettext_lazy("Files"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or their text"),
        required=False,
        strip=False,
        max_length=MOST_OCTETS,
        widget=SecretText(attrs={"rows": 6, "spellcheck": "false", "class": "mono", "autocomplete": "off"}),
    )

    def given(self) -> Sequence[bytes]:
        """What was given, files first."""
        text = self.cleaned_data["text"]
        return [*self.cleaned_data["files_"], *([text.encode()] if text.strip() else [])]


class ImportForm(FilesForm):
    """An authority's answer, or a certificate with its key; ``draft`` is what was given before, sealed."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Only for a PFX or an encrypted private key."),
    )
    name = LineField(
        label=gettext_lazy("Friendly name"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("Without one, the name of the request or of the certificate is taken."),
    )
    draft = forms.CharField(required=False, widget=forms.HiddenInput)
    accept = forms.BooleanField(label=gettext_lazy("Accept the warnings"), required=False)

    field_order = ("files_", "text", "password", "name", "accept", "reason")


class AssignForm(ReasonForm):
    """From when the gateway uses a certificate."""

    use_from = forms.DateTimeField(
        label=gettext_lazy("Use from"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("UTC. Leave it empty to use it at once."),
    )

    def clean_use_from(self) -> Any:
        """A moment to come."""
        moment = self.cleaned_data["use_from"]
        if moment and moment <= timezone.now():
            raise ValidationError(_("This moment has passed. Leave it empty to use the certificate at once."))
        return moment

    field_order = ("use_from", "reason")


class ExportForm(ReasonForm):
    """In which form a certificate goes out, and under which password."""

    form = forms.ChoiceField(label=gettext_lazy("Format"), choices=Format, initial=Format.PFX)
    password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "minlength": LEAST_PASSWORD}),
    )
    again = forms.CharField(
        label=gettext_lazy("Password again"),
        required=False,
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    field_order = ("form", "password", "again", "reason")

    def clean(self) -> dict[str, Any]:
        """The password twice the same."""
        if self.cleaned_data.get("password") != self.cleaned_data.get("again"):
            self.add_error("again", _("The two passwords differ."))
        return self.cleaned_data
