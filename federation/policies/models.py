"""The table of external access policies (lync-reference.md, section 2)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Left, Lower
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.models import Recorded
from controlpanel.shell.text import fold, sort_key
from federation.policies.rules import bare_name
from federation.topology.models import Site


class Scope(models.IntegerChoices):
    """How far a policy reaches; the order is that of the list page."""

    GLOBAL = 0, _("Global")
    SITE = 1, _("Site")
    USER = 2, _("User")


class PolicyQuerySet(models.QuerySet["ExternalAccessPolicy"]):
    """Policies as lists and pickers ask for them."""

    def listed(self) -> PolicyQuerySet:
        """With what a list needs: the site, and what it sorts by (never NULL, and short)."""
        return self.select_related("site").annotate(
            shown_name=Coalesce("site__name_sort", "name_sort"),
            description_start=Lower(Left("description", 80)),
        )

    def matching(self, text: str) -> PolicyQuerySet:
        """Policies whose name, site or description contains ``text``; "site:", "tag:" cut down to a scope."""
        prefix, colon, name = text.partition(":")
        scope = {"site": Scope.SITE, "tag": Scope.USER}.get(fold(prefix)) if colon else None
        wanted = sort_key(text if scope is None else name)
        found = Q(name_sort__contains=wanted) | Q(site__name_sort__contains=wanted)
        if scope is not None:
            return self.filter(found, scope=scope)
        if wanted in "global":
            found |= Q(scope=Scope.GLOBAL)
        return self.filter(found | Q(description__icontains=text))

    def named(self, identity: str) -> ExternalAccessPolicy | None:
        """The policy that prints as ``identity``; a bare name is a user policy; case does not count."""
        if fold(identity) == "global":
            return self.filter(scope=Scope.GLOBAL).first()
        prefix, colon, name = identity.partition(":")
        if colon and fold(prefix) == "site":
            return self.filter(site__name_key=fold(name)).select_related("site").first()
        return self.filter(scope=Scope.USER, name_key=fold(bare_name(identity))).first()

    def the_global(self) -> ExternalAccessPolicy:
        """The Global policy, which exists from installation."""
        return self.get(scope=Scope.GLOBAL)


class ExternalAccessPolicy(Recorded):
    """What the users it governs may do beyond the organisation. It applies as a whole, never merged."""

    scope = models.PositiveSmallIntegerField(_("scope"), choices=Scope)
    site = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="policies",
        verbose_name=_("site"),
    )
    name = models.CharField(_("name"), max_length=128, blank=True)
    name_key = models.CharField(max_length=256, blank=True, editable=False)
    name_sort = models.CharField(max_length=256, blank=True, editable=False, db_index=True)
    description = models.CharField(_("description"), max_length=1024, blank=True)
    federated = models.BooleanField(_("Federated users"), default=False)
    xmpp = models.BooleanField(_("XMPP federated users"), default=False)
    remote = models.BooleanField(_("Remote users"), default=False)
    public = models.BooleanField(_("Public users"), default=False)
    public_av = models.BooleanField(_("Audio and video with public users"), default=False)

    objects = PolicyQuerySet.as_manager()

    AUDITED = (
        "name",
        "description",
        "federated",
        "xmpp",
        "remote",
        "public",
        "public_av",
    )

    class Meta:
        verbose_name = _("external access policy")
        verbose_name_plural = _("external access policies")
        constraints = (
            models.UniqueConstraint(
                fields=("scope",),
                condition=Q(scope=Scope.GLOBAL),
                name="policies_one_global",
                violation_error_message=_("There is one Global policy, and it exists already."),
            ),
            models.UniqueConstraint(
                fields=("site",),
                name="policies_one_per_site",
                violation_error_code="unique",
                violation_error_message=_("This site has a policy already. Open that one to change it."),
            ),
            models.UniqueConstraint(
                fields=("name_key",),
                condition=Q(scope=Scope.USER),
                name="policies_user_name_unique",
                violation_error_code="unique",
                violation_error_message=_(
                    "A user policy with this name exists already. Choose another name."
                ),
            ),
            models.CheckConstraint(
                condition=Q(scope=Scope.GLOBAL, site=None, name_key="")
                | Q(scope=Scope.SITE, site__isnull=False, name_key="")
                | (Q(scope=Scope.USER, site=None) & ~Q(name_key="")),
                name="policies_scope_consistent",
                violation_error_message=_(
                    "A user policy has a name, a site policy a site, the Global one neither."
                ),
            ),
            models.CheckConstraint(
                condition=Q(xmpp=False) | Q(federated=True),
                name="policies_xmpp_needs_federated",
                violation_error_message=_("XMPP federated users need federated users: tick both or neither."),
            ),
            models.CheckConstraint(
                condition=Q(public_av=False) | Q(public=True),
                name="policies_av_needs_public",
                violation_error_message=_("Audio and video need public users: tick both or neither."),
            ),
        )

    def __str__(self) -> str:
        return self.identity

    @property
    def identity(self) -> str:
        """``Global``, ``Site:<name>`` or ``Tag:<name>`` (reference 2.1)."""
        if self.scope == Scope.GLOBAL:
            return "Global"
        return f"Site:{self.site}" if self.scope == Scope.SITE else f"Tag:{self.name}"
