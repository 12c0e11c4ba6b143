"""The dialogs of a SIP federated domain, and of an import (lync-reference.md, 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controlpanel.shell.details import DetailsForm, ReasonForm
from controlpanel.shell.fields import LineField
from controlpanel.shell.layout import Advanced
from federation.domains.models import Kind
from federation.domains.rules import ALLOWED_ONLY
from federation.topology.fields import DomainField
from federation.topology.verification import VerificationLevel

if TYPE_CHECKING:
    from controlpanel.shell.http import PanelRequest
    from federation.domains.models import FederatedDomain

#: Bytes of an uploaded list: some 100,000 domains.
LARGEST_FILE = 4 * 1024 * 1024


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


class ImportForm(ReasonForm):
    """A file or a pasted list, and which list it is when it does not say."""

    kind = forms.ChoiceField(
        label=gettext_lazy("These domains are"),
        choices=Kind,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("A column “Status” in the file says it line by line, and goes first."),
        error_messages={"required": gettext_lazy("Choose whether these domains are allowed or blocked.")},
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("CSV, such as Get-CsAllowedDomain exports, or one domain a line."),
    )
    lines = forms.CharField(
        label=gettext_lazy("Or a list"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "mono"}),
        help_text=gettext_lazy("One domain a line."),
    )

    def clean(self) -> dict[str, Any]:
        """One of both; ``content`` is its bytes. A chosen file goes first."""
        file, lines = self.cleaned_data.get("file"), self.cleaned_data.get("lines", "")
        if not file and not lines.strip():
            raise ValidationError(_("Choose a file, or type or paste a list."))
        if file and file.size > LARGEST_FILE:
            raise ValidationError({"file": _("The file is larger than 4 MB. Cut it in parts.")})
        self.cleaned_data["content"] = file.read() if file else lines.encode()
        return self.cleaned_data
