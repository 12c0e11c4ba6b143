"""A list that comes as a file or is pasted, checked first and then imported."""

from __future__ import annotations

import codecs
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controlpanel.shell.details import ReasonForm

#: Bytes; what comes back in the page as text must fit into DATA_UPLOAD_MAX_MEMORY_SIZE.
LARGEST_FILE = 4 * 1024 * 1024


class UploadForm(ReasonForm):
    """A file or its text, exactly one of both; ``content`` of the cleaned data is its bytes."""

    file = forms.FileField(label=gettext_lazy("File"), required=False, allow_empty_file=True)
    lines = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "mono"}),
    )

    field_order = ("file", "lines", "reason")

    def clean(self) -> dict[str, Any]:
        """Add ``content``."""
        file, lines = self.cleaned_data.get("file"), self.cleaned_data.get("lines", "")
        if bool(file) == bool(lines.strip()):
            raise ValidationError(_("Choose a file or type a list, one of both."))
        if file and file.size > LARGEST_FILE:
            raise ValidationError({"file": _("The file is larger than 4 MB. Cut it in parts.")})
        self.cleaned_data["content"] = file.read() if file else lines.encode()
        return self.cleaned_data

    def keep_text(self) -> None:
        """Show the text of the file in the page that comes back: a browser does not keep the chosen file."""
        if self.files and "content" in self.cleaned_data:
            shown = QueryDict(mutable=True)
            shown.update(self.data)
            shown["lines"] = _decoded(self.cleaned_data["content"])
            self.data = shown


def _decoded(content: bytes) -> str:
    """``content`` as text; "" when it is none."""
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else text
