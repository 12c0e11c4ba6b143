"""The table of SIP federated domains (lync-reference.md, 3.2)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Left, Lower
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.models import Recorded
from federation.domains.rules import Kind as KindRule
from federation.domains.rules import looked_for
from federation.topology.names import shown_domain
from federation.topology.verification import VerificationLevel


class Kind(models.TextChoices):
    """Which list a domain is on; rules.Kind, with words."""

    ALLOWED = KindRule.ALLOWED.value, _("Allowed")
    BLOCKED = KindRule.BLOCKED.value, _("Blocked")


class DomainQuerySet(models.QuerySet["FederatedDomain"]):
    """Domains as lists and decisions ask for them."""

    def listed(self) -> DomainQuerySet:
        """With the start of the comment, to sort by."""
        return self.annotate(comment_start=Lower(Left("comment", 80)))

    def matching(self, text: str) -> DomainQuerySet:
        """Domains that have ``text`` at the start of a label, or in their comment.

        So contoso.com also finds it.contoso.com (reference 1.5), and not mycontoso.com.
        """
        wanted = looked_for(text)
        at_label = Q(shown__startswith=wanted) | Q(shown__contains=f".{wanted}")
        stored = Q(domain__startswith=wanted) | Q(domain__contains=f".{wanted}")
        return self.filter((at_label | stored if wanted else Q()) | Q(comment__icontains=text))


class FederatedDomain(Recorded):
    """A domain of a partner, allowed or blocked: one table, so that none is ever on both lists.

    ``domain`` is the stored form (topology.names), ``shown`` what people read, to sort and search by.
    """

    domain = models.CharField(_("domain name"), max_length=256)
    shown = models.CharField(max_length=256, editable=False, db_index=True)
    kind = models.CharField(_("status"), max_length=8, choices=Kind, db_index=True)
    proxy_fqdn = models.CharField(_("Access Edge service (FQDN)"), max_length=256, blank=True)
    comment = models.CharField(_("comment"), max_length=1024, blank=True)
    monitored = models.BooleanField(_("mark for monitoring"), default=False)
    verification_level = models.CharField(
        _("verification level"), max_length=24, choices=VerificationLevel, default=VerificationLevel.SOURCE
    )

    objects = DomainQuerySet.as_manager()

    AUDITED = ("domain", "kind", "proxy_fqdn", "comment", "monitored", "verification_level")

    class Meta:
        verbose_name = _("SIP federated domain")
        verbose_name_plural = _("SIP federated domains")
        constraints = (
            models.UniqueConstraint(
                fields=("domain",),
                name="domains_domain_unique",
                violation_error_code="unique",
                violation_error_message=_("This domain is listed already, as allowed or as blocked."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values),
                name="domains_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.ALLOWED)
                | Q(proxy_fqdn="", monitored=False, verification_level=VerificationLevel.SOURCE),
                name="domains_blocked_is_bare",
                violation_error_message=_("A blocked domain has a comment, and nothing else."),
            ),
        )

    def __str__(self) -> str:
        return self.shown

    @property
    def shown_proxy(self) -> str:
        """The server as people read it."""
        return shown_domain(self.proxy_fqdn)
