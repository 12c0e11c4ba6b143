"""How far the sender of a SIP message is believed: one enum for edge, domains and providers (reference 3)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class VerificationLevel(TextChoices):
    """The shell's words are the stored values, so that files of Lync read as they are.

    A message that is not verified reaches only who has the sender on the Contacts list.
    """

    ALWAYS = "AlwaysVerifiable", _("Everybody counts as verified")
    NEVER = "AlwaysUnverifiable", _("Nobody counts as verified: only people on the Contacts list get through")
    SOURCE = "UseSourceVerification", _("The sending server says who is verified")
