"""Every write to users. What concerns many is one statement and one event with its members."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from controlpanel.audit import commits, tallies
from controlpanel.audit.members import batches, note_named, record_for_all
from controlpanel.audit.records import record
from controlpanel.audit.rows import as_json
from controlpanel.shell.text import sort_key
from federation.directory.actions import Action
from federation.directory.models import Assignment, Misread, User
from federation.directory.words import AUTOMATIC
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology import names
from federation.topology.models import Pool
from federation.topology.words import refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from controlpanel.audit.actor import Actor
    from controlpanel.audit.tallies import Tally
    from federation.directory.models import UserQuerySet

#: What a question about assignments speaks of beside the users themselves.
ASSIGNED = "assignment__policy"
#: Stands for "whatever the policy is now" where a policy was not looked at.
_UNSEEN: Any = object()


@transaction.atomic
def create_user(
    *, actor: Actor, reason: str = "", policy: ExternalAccessPolicy | None = None, **values: Any
) -> User:
    """Enable a user: ``address``, ``display_name``, ``pool`` and what else a record holds.

    Raises ValidationError when the address is none, or is taken.
    """
    values["address"] = _address(values.get("address", ""))
    _hold(policy, values.get("pool"))
    user = commits.create(
        User(**completed(values, new=True)), action=Action.CREATE, actor=actor, reason=reason
    )
    _assign_one(user, policy, actor=actor, reason=reason)
    return user


@transaction.atomic
def change_user(
    user: User, *, actor: Actor, version: int | None = None, reason: str = "", **values: Any
) -> User:
    """Set fields of one user; ``policy`` assigns a user policy (None is <Automatic>).

    ``seen_policy`` is the assigned policy that the actor saw: another one meanwhile is a Conflict, as another
    ``version`` is. Raises ValidationError, Conflict, Gone.
    """
    seen = values.pop("seen_policy", _UNSEEN)
    wanted = values.pop("policy", _UNSEEN)
    if "address" in values:
        values["address"] = _address(values["address"])
    # Before the user is locked: in the order of assign_policy and of a policy's deletion.
    _hold(wanted if isinstance(wanted, ExternalAccessPolicy) else None, values.get("pool"))
    now = commits.locked(user, version)
    if values.get("address", now.address) != now.address:
        _let_go([now.pk], actor=actor, reason=reason)
    if seen is not _UNSEEN and now.policy not in (seen, wanted):
        raise commits.Conflict(now)
    current = commits.change(now, completed(values), action=Action.CHANGE, actor=actor, reason=reason)
    if wanted is not _UNSEEN:
        _assign_one(current, wanted, actor=actor, reason=reason)
    return current


@transaction.atomic
def assign_policy(
    users: UserQuerySet,
    policy: ExternalAccessPolicy | None,
    *,
    seen: Tally | None = None,
    actor: Actor,
    reason: str = "",
    action: Action = Action.ASSIGN,
) -> int:
    """Let ``policy`` (None: <Automatic>) be assigned to all ``users``: a few statements in all.

    Those who have it already are left alone. ``seen`` is their tally with ASSIGNED as the actor saw it;
    another one now raises commits.Changed. Returns how many changed. Raises ValidationError.
    """
    _hold(policy)
    tallies.hold_seen(users, seen, ASSIGNED)
    changing = users.exclude(assignment__policy=policy) if policy else users.exclude(assignment=None)
    assigned = Case(
        When(assignment=None, then=Value(AUTOMATIC)),
        default=Concat(Value("Tag:"), F("assignment__policy__name")),
        output_field=CharField(),
    )
    expected = tallies.tally(changing)
    if not expected.number:
        return 0
    told: Any = {"after": _named(policy), "told": {"policy": _named(policy)}}
    event, noted = record_for_all(
        action, changing, name="address", before=assigned, actor=actor, reason=reason, **told
    )
    tallies.refuse_others(noted, expected if seen else None)
    if policy is None:
        Assignment.objects.filter(user__in=noted.values("pk")).delete()
    else:
        Assignment.objects.assign_members(event, policy)
    return event.members_count


@transaction.atomic
def set_enabled(
    users: UserQuerySet, enabled: bool, *, seen: Tally | None = None, actor: Actor, reason: str = ""
) -> int:
    """Temporarily disable, or re-enable, all ``users``. Returns how many changed.

    Raises commits.Changed when their tally is not ``seen``.
    """
    tallies.hold_seen(users, seen)
    action, words = (
        (Action.ENABLE, ("disabled", "enabled")) if enabled else (Action.DISABLE, ("enabled", "disabled"))
    )
    return _for_all(
        users.filter(enabled=not enabled),
        {"enabled": enabled},
        is_seen=seen is not None,
        action=action,
        actor=actor,
        reason=reason,
        before=Value(words[0]),
        after=words[1],
    )


@transaction.atomic
def remove_users(users: UserQuerySet, *, seen: Tally | None = None, actor: Actor, reason: str = "") -> int:
    """Remove all ``users``; the log keeps what each was. Returns how many there were.

    Raises commits.Changed when their tally is not ``seen``.
    """
    tallies.hold_seen(users, seen)
    keys = list(users.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    if seen is not None and (len(keys), sum(keys)) != (seen.number, seen.keys):
        raise commits.Changed
    if not keys:
        return 0
    event = record(Action.REMOVE, None, actor=actor, reason=reason, object_type=User._meta.label_lower)
    for chunk in batches(keys):
        rows = User.objects.filter(pk__in=chunk)
        _let_go(chunk, actor=actor, reason=reason)
        note_named(event, User, "address", as_json(_as_removed(rows)))
        # delete() would read every user first, to find the assignments again.
        Assignment.objects.filter(user__in=chunk)._raw_delete(rows.db)
        rows._raw_delete(rows.db)
    return len(keys)


def _as_removed(users: UserQuerySet) -> Iterator[tuple[str, str, str]]:
    """The address of each user, what the record held, and nothing after: as members of an event are noted."""
    fields = ["pool__fqdn" if name == "pool" else name for name in User.AUDITED]
    for *values, policy in users.values_list(*fields, "assignment__policy__name"):
        held = dict(zip(User.AUDITED, values, strict=True))
        held["policy"] = f"Tag:{policy}" if policy else AUTOMATIC
        yield held["address"], json.dumps(held, ensure_ascii=False), ""


def completed(values: dict[str, Any], *, new: bool = False) -> dict[str, Any]:
    """``values`` with the columns that follow from them; a missing display name is the address."""
    values = dict(values)
    if new:
        values["display_name"] = values.get("display_name") or values["address"]
    for field, key, length in (
        ("display_name", "name_sort", 256),
        ("first_name", "first_sort", 128),
        ("last_name", "last_sort", 128),
    ):
        if field in values:
            values[key] = sort_key(values[field])[:length]  # one letter may sort as eighteen
    if "email" in values:
        values["email"] = values["email"].strip().casefold()
    return values


def _for_all(
    users: UserQuerySet,
    values: dict[str, Any],
    *,
    is_seen: bool,
    action: Action,
    actor: Actor,
    reason: str,
    before: Any,
    after: str,
) -> int:
    """Set ``values`` on all ``users``: an event, its members, one UPDATE. Returns how many there were."""
    expected = tallies.tally(users)
    if not expected.number:
        return 0
    event, noted = record_for_all(
        action, users, name="address", before=before, after=after, actor=actor, reason=reason
    )
    tallies.refuse_others(noted, expected if is_seen else None)
    now = timezone.now()
    noted.update(**values, version=F("version") + 1, changed_at=now, changed_by=actor.name)
    return event.members_count


def _assign_one(user: User, policy: ExternalAccessPolicy | None, *, actor: Actor, reason: str) -> None:
    """Assign ``policy``, which is held, to one user, who is locked; an event of its own."""
    assigned = Assignment.objects.select_related("policy").filter(user=user).first()
    before = assigned.policy if assigned else None
    if before == policy:
        return
    if policy is None:
        Assignment.objects.filter(user=user).delete()
    else:
        Assignment.objects.update_or_create(user=user, defaults={"policy": policy})
    user.version += 1
    user.changed_at, user.changed_by = timezone.now(), actor.name
    user.save(update_fields=["version", "changed_at", "changed_by"])
    record(
        Action.ASSIGN,
        user,
        actor=actor,
        reason=reason,
        before={"policy": _named(before)},
        after={"policy": _named(policy)},
    )


def _let_go(users: Iterable[int], *, actor: Actor, reason: str = "") -> None:
    """``users`` are removed, or get another address: whom servers took for one of them is known again."""
    going = Misread.objects.filter(user__in=users)
    addresses = list(going.values_list("read_as", flat=True))
    going.delete()
    for user in User.objects.filter(address__in=addresses):
        record(Action.CLEAR, user, actor=actor, reason=reason)


def _hold(policy: ExternalAccessPolicy | None, pool: Pool | None = None) -> None:
    """Keep ``policy`` and ``pool`` from being deleted until this transaction ends."""
    held = ExternalAccessPolicy.objects.select_for_update().filter(scope=Scope.USER)
    if policy is not None and not held.filter(pk=policy.pk).exists():
        raise ValidationError({"policy": _("This policy was deleted meanwhile, or is no user policy.")})
    if pool is not None and not Pool.objects.select_for_update().filter(pk=pool.pk).exists():
        raise ValidationError({"pool": _("This pool was deleted meanwhile.")})


def _named(policy: ExternalAccessPolicy | None) -> str:
    return str(policy) if policy else AUTOMATIC


def _address(text: str) -> str:
    try:
        return str(names.address(text))
    except names.NameRefused as refusal:
        raise ValidationError({"address": refused(refusal)}) from refusal
