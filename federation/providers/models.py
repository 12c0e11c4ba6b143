"""The table of SIP federated providers (lync-reference.md, 3.3)."""

from __future__ import annotations

from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.models import Recorded
from controlpanel.shell.numbers import Within
from controlpanel.shell.text import sort_key
from federation.providers import rules
from federation.providers.words import LABELS, SHORT_LEVELS
from federation.topology.names import shown_domain
from federation.topology.verification import VerificationLevel

_URL = URLValidator(schemes=["https", "http"], message=_("Type an address such as https://example.com/."))


class Kind(models.TextChoices):
    """rules.Kind, with words."""

    HOSTED = rules.Kind.HOSTED.value, _("Hosted provider")
    PUBLIC = rules.Kind.PUBLIC.value, _("Public provider")


class ProviderQuerySet(models.QuerySet["FederatedProvider"]):
    """Providers as lists ask for them."""

    def matching(self, text: str) -> ProviderQuerySet:
        """Providers whose name or server contains ``text``."""
        return self.filter(Q(name_sort__contains=sort_key(text)) | Q(proxy_fqdn__contains=text.casefold()))


class FederatedProvider(Recorded):
    """A provider of SIP services; one table, so that names and servers are unique across both kinds.

    What only one kind has stands untouched in a row of the other.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    name = models.CharField(_("provider name"), max_length=128)
    name_key = models.CharField(max_length=256, editable=False)
    name_sort = models.CharField(max_length=256, editable=False, db_index=True)
    enabled = models.BooleanField(LABELS["enabled"], default=False)
    proxy_fqdn = models.CharField(_("Access Edge service (FQDN)"), max_length=255)
    verification_level = models.CharField(
        _("default verification level"),
        max_length=24,
        choices=VerificationLevel,
        default=VerificationLevel.NEVER,
    )
    shared_address_space = models.BooleanField(LABELS["shared_address_space"], default=False)
    hosts_ocs_users = models.BooleanField(LABELS["hosts_ocs_users"], default=False)
    is_local = models.BooleanField(LABELS["is_local"], default=False)
    autodiscover_url = models.CharField(
        LABELS["autodiscover_url"], max_length=512, blank=True, validators=[_URL]
    )
    sip_client_port = models.PositiveIntegerField(
        LABELS["sip_client_port"],
        default=rules.SIP_PORT,
        validators=[Within(rules.LEAST_PORT, rules.MOST_PORT)],
    )
    icon_url = models.CharField(LABELS["icon_url"], max_length=512, blank=True, validators=[_URL])
    name_decoration_domain = models.CharField(LABELS["name_decoration_domain"], max_length=255, blank=True)

    objects = ProviderQuerySet.as_manager()

    AUDITED = (
        "kind",
        "name",
        "enabled",
        "proxy_fqdn",
        "verification_level",
        *rules.ADVANCED[rules.Kind.HOSTED],
        *rules.ADVANCED[rules.Kind.PUBLIC],
    )

    class Meta:
        verbose_name = _("SIP federated provider")
        verbose_name_plural = _("SIP federated providers")
        constraints = (
            models.UniqueConstraint(
                fields=("name_key",),
                name="providers_name_unique",
                violation_error_code="unique",
                violation_error_message=_(
                    "A provider with this name exists already, hosted or public. Choose another name."
                ),
            ),
            models.UniqueConstraint(
                fields=("proxy_fqdn",),
                name="providers_proxy_unique",
                violation_error_code="unique",
                violation_error_message=_("Another provider, hosted or public, uses this server already."),
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.HOSTED, **rules.foreign_to(rules.Kind.HOSTED))
                | Q(kind=Kind.PUBLIC, **rules.foreign_to(rules.Kind.PUBLIC)),
                name="providers_kind_consistent",
                violation_error_message=_("This setting belongs to the other kind of provider."),
            ),
            models.CheckConstraint(
                condition=Q(
                    sip_client_port__gte=rules.LEAST_PORT,
                    sip_client_port__lte=rules.MOST_PORT,
                ),
                name="providers_port_range",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def shown_proxy(self) -> str:
        """The server as people read it."""
        return shown_domain(self.proxy_fqdn)

    @property
    def short_level(self) -> str:
        """The verification level in two words."""
        return str(SHORT_LEVELS[VerificationLevel(self.verification_level)])

    @property
    def has_ended(self) -> bool:
        """Whether it is one that shipped with Lync and whose service ended since."""
        return self.proxy_fqdn in rules.ENDED
