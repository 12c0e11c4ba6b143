"""The gateways, and what each said of itself last: its report, its live streams, its latest refusals."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import ClassVar

from django.db import models
from django.db.models import ExpressionWrapper, Q
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.models import Recorded
from federation.decisions.facts import Direction
from federation.topology.models import LocalDomain, Site
from federation.topology.names import LONGEST_NAME

#: The longest address that is kept of a report; longer ones are cut.
LONGEST_ADDRESS = 512


class GatewayQuerySet(models.QuerySet["Gateway"]):
    """Gateways as lists and the endpoint ask for them."""

    def listed(self) -> GatewayQuerySet:
        """With site, report and domains, and ``is_sealable``, for lists that read no key. Two queries."""
        sealable = ExpressionWrapper(~Q(sealing_key=b""), output_field=models.BooleanField())
        rows = self.select_related("site", "report").prefetch_related("domains")
        return rows.annotate(is_sealable=sealable)

    def matching(self, text: str) -> GatewayQuerySet:
        """Gateways whose name, description or site contains ``text``."""
        wanted = text.strip().casefold()
        return self.filter(
            Q(name__contains=wanted) | Q(description__icontains=text) | Q(site__name__icontains=text)
        )


class Gateway(Recorded):
    """An XMPP server that enforces what the panel says.

    ``secret_hash`` is the SHA-256 of the token that follows from its secret (secret.py); a token of 256 bits
    needs no slow hash: nobody tries 2**256 of them. ``sealing_key`` is the other thing that follows, sealed
    under the panel's master key and bound to the hash. It is empty of a gateway whose secret was made before
    there were two keys, or while the master key was missing: such a one gets rules, but nothing sealed.
    """

    name = models.CharField(_("name (FQDN)"), max_length=LONGEST_NAME)
    site = models.ForeignKey(Site, models.PROTECT, related_name="gateways", verbose_name=_("site"))
    domains = models.ManyToManyField(
        LocalDomain, related_name="gateways", blank=True, verbose_name=_("domains it serves")
    )
    description = models.CharField(_("description"), max_length=1024, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    secret_hash = models.CharField(max_length=64, editable=False)
    secret_made_at = models.DateTimeField(_("secret made"), editable=False)
    sealing_key = models.BinaryField(default=b"", blank=True, editable=False)

    objects = GatewayQuerySet.as_manager()

    AUDITED = ("name", "site", "description", "enabled", "secret_made_at")
    AUDIT_LABELS = {"domains": _("domains it serves")}
    SECRETS = ("secret_hash", "sealing_key")
    PAGE = "status:details"

    class Meta:
        verbose_name = _("gateway")
        verbose_name_plural = _("gateways")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=("name",),
                name="gateway_name_unique",
                violation_error_code="unique",
                violation_error_message=_("A gateway with this name exists already."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def can_unseal(self) -> bool:
        """Whether anything can be sealed for it."""
        return bool(self.sealing_key)

    def is_token(self, text: str) -> bool:
        """Whether ``text`` is the gateway's token; takes the same time whatever it is."""
        return hmac.compare_digest(self.secret_hash, sha256(text.encode()).hexdigest())


class Status(models.TextChoices):
    """What a gateway decides by."""

    LIVE = "live", _("Confirmed by the panel")
    DISK = "disk", _("Last good state from its disk")
    EXPIRED = "expired", _("Too old: nobody federates")
    NONE = "none", _("Nothing: nobody federates")


class Report(models.Model):
    """What a gateway said of itself last; replaced with each exchange. Times are the panel's unless said."""

    gateway = models.OneToOneField(Gateway, models.CASCADE, primary_key=True, related_name="report")
    seen_at = models.DateTimeField(_("last report"), null=True)
    revision = models.BigIntegerField(_("revision in force"), null=True)
    revision_seen_at = models.DateTimeField(_("in force since"), null=True)
    # Of the state in force: which panel made it, and its hash. Blank until the gateway reports the next time.
    panel = models.CharField(max_length=64, blank=True)
    state_hash = models.CharField(max_length=64, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.NONE)
    module = models.CharField(_("module version"), max_length=60, blank=True)
    server = models.CharField(_("server"), max_length=60, blank=True)
    started = models.DateTimeField(_("server started"), null=True)  # by the gateway's clock
    counters = models.JSONField(_("counters"), default=dict)
    alarms = models.JSONField(_("errors"), default=list)
    refusals_dropped = models.BigIntegerField(default=0)
    streams_total = models.PositiveIntegerField(_("live streams"), default=0)
    # The domains of ours that are hosts there; None of a module that does not tell.
    hosts = models.JSONField(_("hosts"), null=True)
    # Partners' domains that it found to be services of rooms.
    rooms = models.JSONField(_("services of rooms"), default=list)
    certificate = models.CharField(_("certificate shown"), max_length=64, blank=True)  # SHA-256, capitals
    dialback = models.CharField(_("dialback secret in use"), max_length=40, blank=True)  # by when it was made
    streams_mark = models.CharField(max_length=64, blank=True)  # of the streams kept: whether any differs
    wrong_secrets = models.BigIntegerField(_("exchanges with a wrong secret"), default=0)
    wrong_secret_at = models.DateTimeField(_("last wrong secret"), null=True)

    class Meta:
        verbose_name = _("report of a gateway")
        verbose_name_plural = _("reports of gateways")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.gateway} {self.seen_at}"


_DIRECTIONS = [(Direction.OUTBOUND.value, _("outbound")), (Direction.INBOUND.value, _("inbound"))]


class Stream(models.Model):
    """A live server-to-server stream, as the last report told it."""

    gateway = models.ForeignKey(Gateway, models.CASCADE, related_name="streams")
    remote = models.CharField(_("remote domain"), max_length=LONGEST_NAME, db_index=True)
    local = models.CharField(_("our domain"), max_length=LONGEST_NAME)
    direction = models.CharField(_("direction"), max_length=8, choices=_DIRECTIONS)
    both_ways = models.BooleanField(_("both ways"), default=False)
    method = models.CharField(_("authenticated by"), max_length=20, blank=True)
    tls = models.CharField(_("TLS"), max_length=20, blank=True)
    cipher = models.CharField(_("cipher"), max_length=80, blank=True)
    certificate = models.CharField(_("certificate"), max_length=60, blank=True)
    since = models.DateTimeField(_("since"), null=True)

    class Meta:
        verbose_name = _("live stream")
        verbose_name_plural = _("live streams")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.local} {self.direction} {self.remote}"


class Refusal(models.Model):
    """Stanzas that a gateway refused: like ones that came together are one row with their number."""

    gateway = models.ForeignKey(Gateway, models.CASCADE, related_name="refusals", db_index=False)
    at = models.DateTimeField(_("when"))
    code = models.CharField(_("code"), max_length=40)
    direction = models.CharField(_("direction"), max_length=8, choices=_DIRECTIONS)
    local = models.CharField(_("our address"), max_length=LONGEST_ADDRESS, blank=True)
    remote = models.CharField(_("remote address"), max_length=LONGEST_ADDRESS, blank=True)
    kind = models.CharField(_("stanza"), max_length=40, blank=True)
    count = models.PositiveBigIntegerField(_("number"), default=1)
    revision = models.BigIntegerField(_("revision"), null=True)

    class Meta:
        verbose_name = _("refused stanza")
        verbose_name_plural = _("refused stanzas")
        default_permissions = ("view",)
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["gateway", "id"], name="gateway_refusals_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.local} {self.direction} {self.remote}"
