"""What servers showed, which reminders were sent, and the address of the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from federation.certificates.words import left
from federation.partners.models import PartnerDomain
from federation.topology.models import LocalDomain
from federation.topology.names import LONGEST_NAME, shown_domain
from federation.x509 import asn1
from federation.x509.facts import read_certificate

if TYPE_CHECKING:
    from datetime import datetime

    from federation.certificates.words import Left
    from federation.x509.facts import Certificate as Facts


class LookQuerySet(models.QuerySet["Look"]):
    """Looks as lists ask for them."""

    def matching(self, text: str) -> LookQuerySet:
        """Looks whose domain or issuer contains ``text``."""
        return self.filter(Q(domain__contains=text.casefold()) | Q(issuer__icontains=text))

    def of_partners(self) -> LookQuerySet:
        """Looks at domains of partners of today, and at none of ours."""
        ours = LocalDomain.objects.values("domain")
        return self.filter(domain__in=PartnerDomain.objects.values("domain")).exclude(domain__in=ours)

    def of_ours(self) -> LookQuerySet:
        """Looks at our own domains."""
        return self.filter(domain__in=LocalDomain.objects.values("domain"))


class Look(models.Model):
    """What the servers of a domain showed last. ``places`` is a list of what each place showed, as JSON.

    The certificate is the one that ends first of those that the places showed; without any it has no
    thumbprint and no dates, and ``issuer`` is the last one known.
    ``issuer_before`` is who issued the certificate until ``issuer_changed_at``.
    """

    domain = models.CharField(_("domain"), max_length=LONGEST_NAME, unique=True)
    seen_at = models.DateTimeField(_("seen"), db_index=True)
    seen_by = models.CharField(_("by"), max_length=150)
    trouble = models.CharField(_("trouble"), max_length=40, blank=True)
    params = models.JSONField(default=dict)
    places = models.JSONField(default=list)
    chain = models.BinaryField(default=b"")  # the certificates served, the server's own first, DER after DER
    sha256 = models.CharField(_("thumbprint (SHA-256)"), max_length=64, blank=True)
    issuer = models.TextField(_("issuer"), blank=True)
    not_before = models.DateTimeField(_("valid from"), null=True)
    not_after = models.DateTimeField(_("valid until"), null=True)
    issuer_before = models.TextField(_("issuer before"), blank=True)
    issuer_changed_at = models.DateTimeField(_("issuer changed"), null=True)

    objects = LookQuerySet.as_manager()

    AUDITED = ("domain", "trouble", "sha256", "issuer", "not_after")
    PAGE = "watch:details"

    class Meta:
        verbose_name = _("look at a server")
        verbose_name_plural = _("looks at servers")
        ordering = ("domain",)
        default_permissions = ("view",)

    def __str__(self) -> str:
        return shown_domain(self.domain)

    @property
    def certificates(self) -> list[Facts]:
        """What was served, the server's own certificate first."""
        data = bytes(self.chain)
        return [read_certificate(asn1.whole(data, each)) for each in asn1.elements(data)]

    @property
    def methods(self) -> frozenset[str]:
        """How we could be authenticated there, over all places."""
        return frozenset(method for place in self.places for method in place["methods"])

    @property
    def thumbprints(self) -> frozenset[str]:
        """Of the certificates that the places showed."""
        return frozenset(filter(None, (self.sha256, *(place.get("sha256") for place in self.places))))

    def left(self, now: datetime) -> Left | None:
        """How long the served certificate lives."""
        if self.not_before is None or self.not_after is None:
            return None
        return left(self.not_before, self.not_after, now)


class SrvLook(models.Model):
    """Where the SRV record of a domain of ours led when it was looked up last.

    ``targets`` is a list of ``{"host", "port", "addresses"}``, the one to try first at the top.
    """

    domain = models.CharField(_("domain"), max_length=LONGEST_NAME, unique=True)
    seen_at = models.DateTimeField(_("seen"))
    seen_by = models.CharField(_("by"), max_length=150)
    trouble = models.CharField(_("trouble"), max_length=40, blank=True)
    params = models.JSONField(default=dict)
    targets = models.JSONField(_("targets"), default=list)

    AUDITED = ("domain", "trouble", "leads_to")
    AUDIT_LABELS = {"leads_to": _("targets")}

    class Meta:
        verbose_name = _("SRV record of a domain of ours")
        verbose_name_plural = _("SRV records of domains of ours")
        ordering = ("domain",)
        default_permissions = ("view",)

    def __str__(self) -> str:
        return shown_domain(self.domain)

    @property
    def leads_to(self) -> list[str]:
        """The targets as the change log tells them."""
        return [f"{each['host']}:{each['port']}" for each in self.targets]


class Reminder(models.Model):
    """A mail that was sent: about which certificate, at how many days before its end. Never twice."""

    sha256 = models.CharField(max_length=64)
    days = models.SmallIntegerField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("sha256", "days"), name="watch_reminder_once"),)

    def __str__(self) -> str:
        return f"{self.sha256[:8]} {self.days}"


class Feed(models.Model):
    """One row: which of the calendar's addresses is valid. The address follows from it and the secret key."""

    number = models.PositiveIntegerField(_("number"), default=1)

    class Meta:
        verbose_name = _("calendar")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.number)
