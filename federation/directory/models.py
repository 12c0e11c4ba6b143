"""The table of users (lync-reference.md, section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import connections, models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.models import EventMember, Recorded
from controlpanel.lists.prefix import starts
from controlpanel.shell.text import sort_key
from federation.directory.words import AUTOMATIC, AUTOMATIC_LABEL
from federation.policies.governing import Level, governing
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology.models import Pool
from federation.topology.names import shown_domain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.functional import _StrPromise

    from controlpanel.audit.models import AuditEvent
    from federation.policies.governing import Governing


#: Stands for the Global policy where keys are compared: no row has it.
_GLOBAL = 0


def _prefix_index(field: str) -> models.Index:
    """An index that PostgreSQL can use for "starts with", whatever the collation of the database."""
    return models.Index(fields=[field], opclasses=["varchar_pattern_ops"], name=f"users_{field}_prefix")


class UserQuerySet(models.QuerySet["User"]):
    """Users as lists, services and decisions ask for them."""

    def listed(self) -> UserQuerySet:
        """With pool, site, assigned policy and the key of the site's policy: what ``governing`` needs."""
        return (
            self.with_misread()
            .select_related("pool__site", "assignment__policy")
            .annotate(site_policy=F("pool__site__policies"))
        )

    def with_misread(self) -> UserQuerySet:
        """Each with ``is_misread``: to XMPP servers the address is another, or another is it (Misread)."""
        own = Misread.objects.filter(user=OuterRef("pk"))
        others = Misread.objects.filter(read_as=OuterRef("address"))
        return self.annotate(is_misread=Exists(own) | Exists(others))

    def starting_with(self, text: str) -> UserQuerySet:
        """Users of whom a name, the address or the e-mail starts with ``text`` (reference 6.1)."""
        name = sort_key(text)
        address = text.strip().casefold().removeprefix("sip:")
        return self.filter(
            starts("name_sort", name)
            | starts("first_sort", name)
            | starts("last_sort", name)
            | starts("address", address)
            | starts("email", address)
        )

    def governed_by(self, policy: ExternalAccessPolicy) -> UserQuerySet:
        """The users whom ``policy`` governs."""
        return self.filter(self.where_governed_by(policy))

    @staticmethod
    def where_governed_by(policy: ExternalAccessPolicy) -> Q:
        """What holds of the users whom ``policy`` governs: policies.governing in SQL, served by indexes."""
        if policy.scope == Scope.USER:
            return Q(assignment__policy=policy, enabled=True)
        if policy.scope == Scope.SITE:
            return _by_home(Pool.objects.filter(site=policy.site_id))
        return _by_home(Pool.objects.filter(site__policies=None))

    @staticmethod
    def where_governed_by_any(policies: Iterable[ExternalAccessPolicy]) -> Q:
        """The same of several policies at once."""
        policies = list(policies)
        keys = [policy.pk for policy in policies if policy.scope == Scope.USER]
        homes = Q(site__in=[policy.site_id for policy in policies if policy.scope == Scope.SITE])
        if any(policy.scope == Scope.GLOBAL for policy in policies):
            homes |= Q(site__policies=None)
        return Q(assignment__policy__in=keys, enabled=True) | _by_home(Pool.objects.filter(homes))


def _by_home(pools: models.QuerySet[Pool]) -> Q:
    """Enabled users of ``pools`` to whom no user policy is assigned.

    The keys of the pools are fetched first: the database then knows how many users that is, and chooses well.
    """
    return Q(assignment=None, enabled=True, pool__in=list(pools.values_list("pk", flat=True)))


class User(Recorded):
    """A person of the organisation. ``address`` is SIP address and JID, as the protocols compare it."""

    address = models.CharField(
        _("SIP address"),
        max_length=512,
        unique=True,
        error_messages={"unique": _("A user with this address exists already.")},
    )
    display_name = models.CharField(_("display name"), max_length=256)
    first_name = models.CharField(_("first name"), max_length=128, blank=True)
    last_name = models.CharField(_("last name"), max_length=128, blank=True)
    email = models.CharField(_("e-mail"), max_length=320, blank=True)
    department = models.CharField(_("department"), max_length=128, blank=True)
    pool = models.ForeignKey(
        Pool, models.PROTECT, related_name="users", db_index=False, verbose_name=_("registrar pool")
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    name_sort = models.CharField(max_length=256, editable=False)
    first_sort = models.CharField(max_length=128, editable=False, blank=True)
    last_sort = models.CharField(max_length=128, editable=False, blank=True)
    changed_at = models.DateTimeField(_("last changed"), editable=False)  # no index: 100,000 change at once
    #: Where the record comes from: "" for the panel or a file, else the name of a directory server.
    source = models.CharField(max_length=64, blank=True, editable=False)

    objects = UserQuerySet.as_manager()

    AUDITED = (
        "address",
        "display_name",
        "first_name",
        "last_name",
        "email",
        "department",
        "pool",
        "enabled",
    )
    AUDIT_LABELS: ClassVar[dict[str, _StrPromise]] = {
        "policy": _("external access policy"),
        "enabled_by": _("not enabled by the attribute"),
        "source": _("directory server"),
        # What an import tells of itself.
        "origin": _("read from"),
        "made": _("new users"),
        "changed": _("users changed"),
        "left": _("users left as they were"),
        "refused": _("lines refused"),
        "vanished": _("users disabled because the directory server lists them no more"),
        "pools": _("pools made"),
        "policies": _("policies made"),
    }
    AUDIT_WORDS: ClassVar[dict[str, _StrPromise]] = {
        AUTOMATIC: AUTOMATIC_LABEL,
        "enabled": _("enabled"),
        "disabled": _("disabled"),
    }

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["name_sort", "id"], name="users_by_name"),
            models.Index(fields=["enabled", "name_sort", "id"], name="users_by_enabled"),
            models.Index(fields=["pool", "name_sort", "id"], name="users_by_pool"),
            models.Index(fields=["department", "name_sort", "id"], name="users_by_department"),
            *(
                _prefix_index(name)
                for name in ("name_sort", "first_sort", "last_sort", "email", "department")
            ),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def shown_address(self) -> str:
        """The address as people read it: the domain in its own letters."""
        local, _at, domain = self.address.rpartition("@")
        return f"{local}@{shown_domain(domain)}"

    @property
    def may_talk(self) -> bool:
        """Whether the user is enabled, and no other to XMPP servers. Of a row of ``listed()``."""
        return self.enabled and not getattr(self, "is_misread", False)

    @property
    def policy(self) -> ExternalAccessPolicy | None:
        """The assigned policy; None is <Automatic>. Without a query for a row of ``listed()``."""
        try:
            return self.assignment.policy
        except Assignment.DoesNotExist:
            return None

    @property
    def assigned_identity(self) -> str:
        """The assigned policy as a reader sees it, or <Automatic>. Of a row of ``listed()``."""
        return str(self.policy or AUTOMATIC_LABEL)

    @property
    def governing(self) -> Governing[int] | None:
        """The key of the policy that governs (0 is Global), and why; None for a user who is not enabled.

        Of a row of ``listed()``.
        """
        if not self.may_talk:
            return None
        return governing(self.policy.pk if self.policy else None, getattr(self, "site_policy", None), _GLOBAL)

    @property
    def governing_identity(self) -> str:
        """The identity of the governing policy ("" for none), without a query for a row of ``listed()``."""
        if (found := self.governing) is None:
            return ""
        named = {Level.USER: str(self.policy), Level.SITE: f"Site:{self.pool.site}", Level.GLOBAL: "Global"}
        return named[found.level]


class Misread(models.Model):
    """A user, from a version before names were compared with servers', whose address these read as another.

    Nobody may talk under either address while it is there: to a server the two are one person. ``read_as`` is
    the whole address as servers read it, "" when they cannot.
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="misread")
    read_as = models.CharField(max_length=512, db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user} → {self.read_as}"


class AssignmentManager(models.Manager["Assignment"]):
    """Writes assignments of many users at once."""

    def assign_members(self, event: AuditEvent, policy: ExternalAccessPolicy) -> None:
        """Assign ``policy`` to the members of ``event``, in one INSERT ... SELECT ... ON CONFLICT."""
        quote = connections[self.db].ops.quote_name
        table, members = quote(Assignment._meta.db_table), quote(EventMember._meta.db_table)
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (user_id, policy_id) "  # noqa: S608 # table names only
                f"SELECT object_pk, %s FROM {members} WHERE event_id = %s "
                "ON CONFLICT (user_id) DO UPDATE SET policy_id = excluded.policy_id",
                (policy.pk, event.pk),
            )


class Assignment(models.Model):
    """The user policy assigned to a user; no row is <Automatic>.

    A table of its own, because an assignment to 100,000 users rewrites 100,000 narrow rows here; in the
    users' table it would rewrite each of its many indexes too.
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="assignment")
    policy = models.ForeignKey(
        ExternalAccessPolicy, models.PROTECT, related_name="assignments", verbose_name=_("policy")
    )

    objects = AssignmentManager()

    class Meta:
        verbose_name = _("user with this policy")
        verbose_name_plural = _("users with this policy")

    def __str__(self) -> str:
        return f"{self.policy} → {self.user}"
