"""The tables of XMPP federated partners (lync-reference.md, 3.4)."""

from __future__ import annotations

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.models import Recorded
from controlpanel.shell.numbers import Within
from federation.partners import rules
from federation.partners.rules import MOST_CONNECTIONS, Negotiation, PartnerType
from federation.partners.words import NEGOTIATION_LABELS, TYPE_LABELS
from federation.topology.names import LONGEST_NAME

_TYPES = [(each.value, label) for each, label in TYPE_LABELS.items()]
_NEGOTIATIONS = [(each.value, label) for each, label in NEGOTIATION_LABELS.items()]


class PartnerQuerySet(models.QuerySet["Partner"]):
    """Partners as lists and decisions ask for them."""

    def listed(self) -> PartnerQuerySet:
        """With ``additional_count``, the number of additional domains."""
        additional = PartnerDomain.objects.filter(partner=OuterRef("pk"), is_primary=False)
        counted = additional.order_by().values("partner").annotate(number=Count("pk")).values("number")
        return self.annotate(additional_count=Coalesce(Subquery(counted), 0))

    def with_domains(self) -> PartnerQuerySet:
        """With all domains of each: one more query, however many partners there are."""
        return self.prefetch_related("domains")

    def matching(self, text: str) -> PartnerQuerySet:
        """Partners of whom any domain, as stored or as read, or the description contains ``text``."""
        wanted = text.strip().casefold().rpartition("@")[2]
        domains = PartnerDomain.objects.filter(Q(domain__contains=wanted) | Q(shown__contains=wanted))
        return self.filter(Q(pk__in=domains.values("partner")) | Q(description__icontains=text))

    def of_domain(self, domain: str) -> Partner | None:
        """The partner whose primary or additional domain *is* the stored ``domain``: nothing is implied."""
        return self.filter(domains__domain=domain).first()


class Partner(Recorded):
    """An organisation or a provider that users may talk to by XMPP, at its domains and at no others.

    ``domain`` is the stored form (topology.names), ``shown`` what people read.
    """

    domain = models.CharField(_("primary domain"), max_length=LONGEST_NAME)
    shown = models.CharField(
        max_length=LONGEST_NAME, editable=False, db_index=True
    )  # in U-labels, to sort by
    description = models.CharField(_("description"), max_length=1024, blank=True)
    type = models.CharField(
        _("partner type"), max_length=20, choices=_TYPES, default=PartnerType.PUBLIC_UNVERIFIED.value
    )
    tls = models.CharField(
        _("TLS negotiation"), max_length=15, choices=_NEGOTIATIONS, default=rules.DEFAULT.tls.value
    )
    sasl = models.CharField(
        _("SASL negotiation"), max_length=15, choices=_NEGOTIATIONS, default=rules.DEFAULT.sasl.value
    )
    dialback = models.BooleanField(_("support server dialback negotiation"), default=rules.DEFAULT.dialback)
    keep_alive = models.BooleanField(_("enable keep-alive"), default=True)
    connection_limit = models.PositiveIntegerField(
        _("connection limit"),
        null=True,
        blank=True,
        validators=(Within(1, MOST_CONNECTIONS),),
    )
    proxy = models.CharField(_("proxy (FQDN)"), max_length=LONGEST_NAME, blank=True)

    objects = PartnerQuerySet.as_manager()

    AUDITED = (
        "domain",
        "description",
        "type",
        "tls",
        "sasl",
        "dialback",
        "keep_alive",
        "connection_limit",
        "proxy",
    )
    #: What an event says of the additional domains, which are rows of their own.
    AUDIT_LABELS = {
        "additional_domains": _("additional domains"),
        "domains_added": _("additional domains added"),
        "domains_removed": _("additional domains removed"),
    }

    class Meta:
        verbose_name = _("XMPP federated partner")
        verbose_name_plural = _("XMPP federated partners")
        ordering = ("shown", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("domain",),
                name="partners_primary_unique",
                violation_error_code="unique",
                violation_error_message=_("A partner with this primary domain exists already."),
            ),
            models.CheckConstraint(
                condition=Q(sasl=Negotiation.NOT_SUPPORTED.value, dialback=True)
                | (~Q(sasl=Negotiation.NOT_SUPPORTED.value) & ~Q(tls=Negotiation.NOT_SUPPORTED.value)),
                name="partners_can_negotiate",
                violation_error_message=_("SASL needs TLS, and without SASL dialback must be enabled."),
            ),
            models.CheckConstraint(
                condition=Q(connection_limit=None) | Q(connection_limit__range=(1, MOST_CONNECTIONS)),
                name="partners_connection_limit",
                violation_error_message=_("The connection limit is out of range."),
            ),
        )

    def __str__(self) -> str:
        return self.shown

    @property
    def choice(self) -> rules.Choice:
        """The three negotiation settings."""
        return rules.Choice(Negotiation(self.tls), Negotiation(self.sasl), self.dialback)

    @property
    def additional_domains(self) -> list[str]:
        """The additional domains in stored form; a query, unless they were fetched ``with_domains()``."""
        return sorted(each.domain for each in self.domains.all() if not each.is_primary)


class PartnerDomain(models.Model):
    """A domain of a partner, primary or additional. It belongs to one partner only, as the table says."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="domains", verbose_name=_("partner"))
    domain = models.CharField(_("domain"), max_length=LONGEST_NAME)
    shown = models.CharField(_("domain as people read it"), max_length=LONGEST_NAME)  # to search in
    is_primary = models.BooleanField(_("is the primary domain"), default=False)

    class Meta:
        verbose_name = _("domain of an XMPP federated partner")
        verbose_name_plural = _("domains of XMPP federated partners")
        ordering = ("-is_primary", "domain")
        constraints = (
            models.UniqueConstraint(
                fields=("domain",),
                name="partners_domain_unique",
                violation_error_code="unique",
                violation_error_message=_("This domain belongs to a partner already."),
            ),
            models.UniqueConstraint(
                fields=("partner",),
                condition=Q(is_primary=True),
                name="partners_one_primary",
                violation_error_message=_("A partner has one primary domain."),
            ),
        )

    def __str__(self) -> str:
        return self.shown
