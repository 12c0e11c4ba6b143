"""What a look asks: at whom."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from federation.topology.fields import DomainField


class LookForm(forms.Form):
    """A domain: a partner's, or one of ours."""

    domain = DomainField(
        label=_("Domain"),
        max_length=255,
        help_text=_("A partner’s domain, or one of ours to see our gateway."),
    )
