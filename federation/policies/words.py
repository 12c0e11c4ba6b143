"""Sentences of this room, for what rules.py says in codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

#: The check boxes, as the dialog names them.
SWITCH_LABELS: dict[str, _StrPromise] = {
    "federated": _("Enable communications with federated users"),
    "xmpp": _("Enable communications with XMPP federated users"),
    "remote": _("Enable communications with remote users"),
    "public": _("Enable communications with public users"),
    "public_av": _("Enable audio and video with public users"),
}

#: What to tick first, by the dependent switch.
NEEDS_SENTENCES: dict[str, _StrPromise] = {
    "xmpp": _("Tick “Enable communications with federated users” first: XMPP needs it."),
    "public_av": _("Tick “Enable communications with public users” first: audio and video need it."),
}

#: What users gain or lose with a switch, as the end of "12 users gain: …".
ACCESS_LABELS: dict[str, _StrPromise] = {
    "federated": _("federated users"),
    "xmpp": pgettext_lazy("who users gain or lose", "XMPP federated users"),
    "remote": _("sign-in from outside"),
    "public": _("public users"),
    "public_av": _("audio and video with public users"),
}
