"""What each kind of stanza is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from federation.decisions.facts import Kind

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

KIND_LABELS: dict[Kind, _StrPromise] = {
    Kind.MESSAGE_NORMAL: _("Message, normal"),
    Kind.MESSAGE_CHAT: _("Message, chat"),
    Kind.MESSAGE_HEADLINE: _("Message, headline"),
    Kind.MESSAGE_GROUPCHAT: _("Message to a room"),
    Kind.MESSAGE_ERROR: _("Message, error"),
    Kind.PRESENCE_SUBSCRIBE: _("Presence, request to subscribe"),
    Kind.PRESENCE_SUBSCRIBED: _("Presence, subscription granted"),
    Kind.PRESENCE_UNSUBSCRIBE: _("Presence, subscription given up"),
    Kind.PRESENCE_UNSUBSCRIBED: _("Presence, subscription refused or withdrawn"),
    Kind.PRESENCE_PROBE: _("Presence, probe"),
    Kind.PRESENCE_AVAILABLE: _("Presence, available"),
    Kind.PRESENCE_UNAVAILABLE: _("Presence, unavailable"),
    Kind.PRESENCE_DIRECTED: _("Presence, to one address"),
    Kind.PRESENCE_ERROR: _("Presence, error"),
    Kind.IQ_GET: _("IQ, get"),
    Kind.IQ_SET: _("IQ, set"),
    Kind.IQ_RESULT: _("IQ, result"),
    Kind.IQ_ERROR: _("IQ, error"),
    Kind.ROOM_JOIN: _("Joining a room"),
    Kind.ROOM_INVITATION_MEDIATED: _("Invitation to a room, through the room"),
    Kind.ROOM_INVITATION_DIRECT: _("Invitation to a room, direct"),
    Kind.ROOM_INVITATION_CHANNEL: _("Invitation to a channel (MIX)"),
}
