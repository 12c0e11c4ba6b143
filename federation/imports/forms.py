"""The forms of an import: the file, and what is decided once it has been looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controlpanel.accounts.rights import Right
from controlpanel.shell.details import ReasonForm
from federation.topology.forms import SiteField

if TYPE_CHECKING:
    from controlpanel.shell.http import PanelRequest
    from controlpanel.shell.uploads import LimitedFiles
    from federation.imports.models import Upload


class UploadForm(forms.Form):
    """A CSV file of users."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        allow_empty_file=True,  # the reader says it better
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        help_text=gettext_lazy(
            "Get-CsUser’s export, a spreadsheet saved as CSV, or the panel’s own export. "
            "Nothing is changed before you have seen what it would do. Without the column Enabled new users "
            "are not enabled and the others stay as they are; an empty cell in it means not enabled."
        ),
    )

    def __init__(self, *args: Any, handler: LimitedFiles | None = None, **kwargs: Any) -> None:
        self.handler = handler
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Say that a file is too large; no more than its beginning has been looked at."""
        if self.handler and self.handler.is_too_large:
            limit = self.handler.limit // (1024 * 1024)
            sentence = _(
                "The file is larger than %(limit)s MB. Split it, or import it on the server with %(command)s."
            )
            self.errors.pop("file", None)
            self.add_error(
                "file",
                ValidationError(sentence, params={"limit": limit, "command": "manage.py import_directory"}),
            )
        return self.cleaned_data


class ImportForm(ReasonForm):
    """What is made for the file. Whoever may not change pools and policies has only the reason."""

    make_pools = forms.BooleanField(label=gettext_lazy("Make unknown pools"), required=False)
    site = SiteField(label=gettext_lazy("Site of these pools"), required=False)
    make_policies = forms.BooleanField(
        label=gettext_lazy("Make unknown policies"),
        required=False,
        help_text=gettext_lazy("With every switch off: they allow nothing until you change them."),
    )

    def __init__(self, request: PanelRequest, upload: Upload) -> None:
        initial = {
            "make_pools": upload.site is not None,
            "site": str(upload.site or ""),
            "make_policies": upload.make_policies,
        }
        self.upload = upload
        super().__init__(request.POST if request.method == "POST" else None, initial=initial)
        if not request.user.has_right(Right.CHANGE):
            for name in ("make_pools", "site", "make_policies"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Pools need a site."""
        data = self.cleaned_data
        if data.get("make_pools") and data.get("site") is None and "site" not in self.errors:
            self.add_error("site", _("Name the site at which unknown pools are made."))
        return data

    @property
    def choices(self) -> dict[str, Any]:
        """What services.choose takes."""
        data = self.cleaned_data
        site = data.get("site") if data.get("make_pools") else None
        return {"site": site, "make_policies": bool(data.get("make_policies"))}

    @property
    def was_shown(self) -> bool:
        """Whether what these choices do is what was shown last."""
        shown = {"site": self.upload.site, "make_policies": self.upload.make_policies}
        return self.upload.plan_json is not None and self.choices == shown
