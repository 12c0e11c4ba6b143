"""What the change log says of certificates."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    """Audit actions of this room."""

    REQUEST_CREATE = "certificates:request:create", _("Certificate requested")
    REQUEST_CANCEL = "certificates:request:cancel", _("Certificate request cancelled")
    REQUEST_ANSWER = "certificates:request:answer", _("Certificate request answered")
    IMPORT = "certificates:certificate:import", _("Certificate imported")
    CHANGE = "certificates:certificate:change", _("Certificate changed")
    DELETE = "certificates:certificate:delete", _("Certificate deleted")
    EXPORT = "certificates:certificate:export", _("Certificate exported")
    ASSIGN = "certificates:assignment:assign", _("Certificate assigned to the gateway")
    PUT_BACK = "certificates:assignment:put-back", _("Previous certificate put back")
    UNSTAGE = "certificates:assignment:unstage", _("Planned certificate called off")
    TRUST = "certificates:authority:trust", _("Authority trusted")
    CHANGE_AUTHORITY = "certificates:authority:change", _("Trusted authority changed")
    DISTRUST = "certificates:authority:distrust", _("Authority no longer trusted")
    ROTATE = "certificates:master-key:rotate", _("Master key replaced")
