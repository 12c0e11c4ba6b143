"""Sites, pools and the organisation's own domains (lync-reference.md, 7.3)."""

from __future__ import annotations

from django.db import connections, models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.models import Recorded
from controlpanel.shell.text import sort_key
from federation.topology.names import LONGEST_NAME, shown_domain


class SiteKind(models.TextChoices):
    """A branch site has a central one above it."""

    CENTRAL = "central", _("Central site")
    BRANCH = "branch", _("Branch site")


class PoolKind(models.TextChoices):
    """XMPP is not available to users homed on a Survivable Branch Appliance (reference 4.5)."""

    ENTERPRISE = "enterprise", _("Enterprise pool")
    STANDARD = "standard", _("Standard Edition server")
    SURVIVABLE = "survivable", _("Survivable Branch Appliance")


class SiteQuerySet(models.QuerySet["Site"]):
    """Sites as pickers and lists ask for them."""

    def matching(self, text: str) -> SiteQuerySet:
        """Sites whose name contains ``text``, without regard to case and accents."""
        return self.filter(name_sort__contains=sort_key(text))

    def listed(self) -> SiteQuerySet:
        """With what a list needs: the parent and how many pools there are."""
        pools = Pool.objects.filter(site=OuterRef("pk")).order_by().values("site").annotate(n=Count("pk"))
        return self.select_related("parent").annotate(pool_count=Coalesce(Subquery(pools.values("n")), 0))


class Site(Recorded):
    """A place: a site policy governs all users whose pool is there."""

    name = models.CharField(_("name"), max_length=128)
    name_key = models.CharField(max_length=256, editable=False)
    name_sort = models.CharField(max_length=256, editable=False, db_index=True)
    description = models.CharField(_("description"), max_length=1024, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=SiteKind, default=SiteKind.CENTRAL)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="branches",
        limit_choices_to={"kind": SiteKind.CENTRAL},
        verbose_name=_("central site above it"),
    )

    objects = SiteQuerySet.as_manager()

    AUDITED = ("name", "description", "kind", "parent")
    PAGE = "topology:sites-details"

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ("name_sort", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("name_key",),
                name="topology_site_name_unique",
                violation_error_code="unique",
                violation_error_message=_("A site with this name exists already."),
            ),
            models.CheckConstraint(
                condition=Q(kind=SiteKind.CENTRAL, parent=None)
                | (Q(kind=SiteKind.BRANCH, parent__isnull=False) & ~Q(parent=F("id"))),
                name="topology_branch_has_parent",
                violation_error_message=_(
                    "A branch site has a central site above it; a central site has none."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.name


class PoolQuerySet(models.QuerySet["Pool"]):
    """Pools as pickers and lists ask for them."""

    def matching(self, text: str) -> PoolQuerySet:
        """Pools whose FQDN or site contains ``text``."""
        return self.filter(Q(fqdn__contains=text.casefold()) | Q(site__name_sort__contains=sort_key(text)))

    def listed(self) -> PoolQuerySet:
        """With the site."""
        return self.select_related("site")


class Pool(Recorded):
    """A server or a group of servers where users are homed; through it a user belongs to a site."""

    fqdn = models.CharField(_("FQDN"), max_length=255)
    site = models.ForeignKey(Site, models.PROTECT, related_name="pools", verbose_name=_("site"))
    kind = models.CharField(_("kind"), max_length=10, choices=PoolKind, default=PoolKind.ENTERPRISE)
    description = models.CharField(_("description"), max_length=1024, blank=True)

    objects = PoolQuerySet.as_manager()

    AUDITED = ("fqdn", "site", "kind", "description")
    PAGE = "topology:pools-details"

    class Meta:
        verbose_name = _("pool")
        verbose_name_plural = _("pools")
        ordering = ("fqdn",)
        constraints = (
            models.UniqueConstraint(
                fields=("fqdn",),
                name="topology_pool_unique",
                violation_error_code="unique",
                violation_error_message=_("A pool with this FQDN exists already."),
            ),
        )

    def __str__(self) -> str:
        return self.fqdn

    @property
    def is_survivable(self) -> bool:
        """Whether XMPP is out of reach for the users homed here."""
        return self.kind == PoolKind.SURVIVABLE


class LocalDomainQuerySet(models.QuerySet["LocalDomain"]):
    """Our domains as lists and decisions ask for them."""

    def matching(self, text: str) -> LocalDomainQuerySet:
        """Domains whose name, as stored or as read, or description contains ``text``."""
        wanted = text.strip().casefold()
        return self.filter(
            Q(domain__contains=wanted) | Q(shown__contains=wanted) | Q(description__icontains=text)
        )

    def hold(self, *, to_add: bool = False) -> None:
        """Let nobody add a domain of ours until this transaction ends; ``to_add``: nobody but us.

        Many may hold the list at once; who adds to it waits for all of them, and they for him. SQLite lets
        one writer in at a time anyway.
        """
        connection = connections[self.db]
        if connection.vendor == "postgresql":
            mode = "SHARE ROW EXCLUSIVE" if to_add else "SHARE"
            with connection.cursor() as cursor:
                table = connection.ops.quote_name(self.model._meta.db_table)
                cursor.execute(f"LOCK TABLE {table} IN {mode} MODE")


class LocalDomain(Recorded):
    """A domain of the organisation: users have addresses there, and nobody federates with it."""

    domain = models.CharField(_("domain"), max_length=LONGEST_NAME)
    shown = models.CharField(max_length=LONGEST_NAME, editable=False)  # in U-labels, to search in
    description = models.CharField(_("description"), max_length=1024, blank=True)

    objects = LocalDomainQuerySet.as_manager()

    AUDITED = ("domain", "description")
    PAGE = "topology:domains-details"

    class Meta:
        verbose_name = _("domain of ours")
        verbose_name_plural = _("domains of ours")
        ordering = ("domain",)
        constraints = (
            models.UniqueConstraint(
                fields=("domain",),
                name="topology_domain_unique",
                violation_error_code="unique",
                violation_error_message=_("This domain is listed already."),
            ),
        )

    def __str__(self) -> str:
        return shown_domain(self.domain)
