"""The dialogs of a SIP federated domain, and of an import (lync-reference.md, 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Field, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controlpanel.shell.details import DetailsForm
from controlpanel.shell.fields import LineField
from controlpanel.shell.layout import Advanced
from controlpanel.shell.upload import UploadForm
from federation.domains.models import Kind
from federation.domains.rules import ALLOWED_ONLY
from federation.domains.words import of_partner
from federation.topology.fields import DomainField
from federation.topology.verification import VerificationLevel

if TYPE_CHECKING:
    from controlpanel.shell.http import PanelRequest
    from federation.domains.models import FederatedDomain


class DomainForm(DetailsForm):
    """An allowed or a blocked domain; the name only for a new one, since it is the identity."""

    domain = DomainField(
        label=gettext_lazy("Domain name (or FQDN)"),
        help_text=gettext_lazy(
            "Such as contoso.com: at most 256 characters, of which the DNS carries 253. Domains below it are "
            "listed on their own."
        ),
    )
    proxy_fqdn = DomainField(
        label=gettext_lazy("Access Edge service (FQDN)"),
        help_text=gettext_lazy("The only server this domain may use. Empty: it is found in the DNS."),
        required=False,
    )
    comment = LineField(label=gettext_lazy("Comment"), max_length=1024, required=False)
    monitored = forms.BooleanField(
        label=gettext_lazy("Mark for monitoring"),
        help_text=gettext_lazy("Does nothing where no monitoring is deployed."),
        required=False,
    )
    verification_level = forms.ChoiceField(
        label=gettext_lazy("Verification level"),
        choices=VerificationLevel,
        initial=VerificationLevel.SOURCE,
    )

    def __init__(
        self, request: PanelRequest, row: FederatedDomain | None = None, *, kind: str = "", **initial: Any
    ) -> None:
        """``kind``: the list of a new domain."""
        self.kind = row.kind if row is not None else kind
        super().__init__(request, row, **initial)

    def layout(self) -> Layout:
        """What the panel had, and folded away what it left to the shell; a blocked domain has less."""
        name = ["domain"] if self.row is None else []
        for field in [*([] if name else ["domain"]), *(ALLOWED_ONLY if self.kind == Kind.BLOCKED else [])]:
            del self.fields[field]
        if self.kind == Kind.BLOCKED:
            return Layout(*name, "comment")
        advanced = Advanced(
            _("Advanced settings, which the original panel left to the shell"),
            Field("monitored", wrapper_class="check"),
            "verification_level",
        )
        return Layout(*name, "proxy_fqdn", "comment", advanced)

    def questions(self) -> list[str]:
        """A partner's domain is blocked only when that is meant."""
        is_new = self.row is None and self.kind == Kind.BLOCKED
        return [said] if is_new and (said := of_partner(self.cleaned_data["domain"])) else []


class ImportForm(UploadForm):
    """A file or a pasted list, and which list it is when it does not say."""

    kind = forms.ChoiceField(
        label=gettext_lazy("These domains are"),
        choices=[("", gettext_lazy("As the column “Status” says, line by line")), *Kind.choices],
        widget=forms.RadioSelect,
        required=False,
        initial="",
        help_text=gettext_lazy("A column “Status” in the file says it line by line, and goes first."),
    )

    field_order = ("kind", "file", "lines", "reason", "file_name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("CSV, such as Get-CsAllowedDomain exports, or one domain a line.")
        self.fields["lines"].label = _("Or a list")
        self.fields["lines"].help_text = _("One domain a line.")
