"""What the change log says of the topology."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    """Audit actions of this room."""

    SITE_CREATE = "topology:site:create", _("Site made")
    SITE_CHANGE = "topology:site:change", _("Site changed")
    SITE_DELETE = "topology:site:delete", _("Site deleted")
    POOL_CREATE = "topology:pool:create", _("Pool made")
    POOL_CHANGE = "topology:pool:change", _("Pool changed")
    POOL_DELETE = "topology:pool:delete", _("Pool deleted")
    DOMAIN_CREATE = "topology:domain:create", _("Domain of ours made")
    DOMAIN_CHANGE = "topology:domain:change", _("Domain of ours changed")
    DOMAIN_DELETE = "topology:domain:delete", _("Domain of ours deleted")
