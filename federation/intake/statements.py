"""The statements that an import writes with, each one prepared Write at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from controlpanel.audit.rows import table
from federation.directory.models import Assignment, User
from federation.intake.preparing import Kind
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology.models import Pool

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from federation.intake.preparing import Write

Statement = tuple[str, tuple[Any, ...]]

USERS, ASSIGNMENTS = User._meta.db_table, Assignment._meta.db_table
#: What PostgreSQL takes the cells of a column for; the others are text.
_TYPES = {"enabled": "boolean", "version": "bigint", "policy_pk": "bigint"}
#: A pool and a user policy by their names: NULL, which no column takes, for one that went meanwhile.
_POOL = f"(SELECT id FROM {Pool._meta.db_table} WHERE fqdn = told.pool)"  # noqa: S608 # nothing but names
_POLICY = (
    f"(SELECT id FROM {ExternalAccessPolicy._meta.db_table} "  # noqa: S608 # nothing but names
    f"WHERE scope = {Scope.USER.value} AND name_key = told.policy_key)"
)


def locks(connection: BaseDatabaseWrapper, write: Write) -> Statement:
    """Lock the users of ``write`` in the order of their keys, so that nobody deadlocks."""
    sql = f"SELECT 1 FROM {_told(connection, write)} {_JOIN} ORDER BY found.id FOR UPDATE OF found"  # noqa: S608
    return sql, (write.rows,)


def seen(connection: BaseDatabaseWrapper, write: Write) -> Statement:
    """Count the users of ``write`` who have still the version and the policy that they were read with."""
    sql = (
        f"SELECT count(*) FROM {_told(connection, write)} {_JOIN} "  # noqa: S608 # nothing but names
        f"LEFT JOIN {ASSIGNMENTS} AS given ON given.user_id = found.id "
        "WHERE found.version = told.version AND COALESCE(given.policy_id, 0) = told.policy_pk"
    )
    return sql, (write.rows,)


def doing(connection: BaseDatabaseWrapper, write: Write, *, at: Any, who: str) -> Statement:
    """Do ``write``, in the name of ``who``, at ``at`` as the database takes a time."""
    told = _told(connection, write)
    plain = [name for name in write.columns if name != "pool"]
    if write.kind == Kind.MADE:
        sql = (
            f"INSERT INTO {USERS} (version, changed_at, changed_by, pool_id, {', '.join(plain)}) "  # noqa: S608
            f"SELECT 1, %s, %s, {_POOL}, {', '.join(f'told.{name}' for name in plain)} FROM {told}"
        )
        return sql, (at, who, write.rows)
    if write.kind == Kind.CHANGED:
        sets = [f"{name} = told.{name}" for name in plain if name != "address"]
        sets += [f"pool_id = {_POOL}"] if "pool" in write.columns else []
        sql = (
            f"UPDATE {USERS} SET version = {USERS}.version + 1, changed_at = %s, changed_by = %s, "  # noqa: S608
            f"{', '.join(sets)} FROM {told} WHERE {USERS}.address = told.address"
        )
        return sql, (at, who, write.rows)
    if write.kind == Kind.RELEASED:
        sql = f"DELETE FROM {ASSIGNMENTS} WHERE user_id IN (SELECT found.id FROM {told} {_JOIN})"  # noqa: S608
        return sql, (write.rows,)
    assert write.kind == Kind.ASSIGNED, write.kind  # noqa: S101 # the others are no statements of ours
    sql = (
        f"INSERT INTO {ASSIGNMENTS} (user_id, policy_id) SELECT found.id, {_POLICY} FROM {told} {_JOIN} "  # noqa: S608
        "WHERE true ON CONFLICT (user_id) DO UPDATE SET policy_id = excluded.policy_id"
    )
    return sql, (write.rows,)


_JOIN = f"JOIN {USERS} AS found ON found.address = told.address"


def _told(connection: BaseDatabaseWrapper, write: Write) -> str:
    return f"{table(connection, {name: _TYPES.get(name, 'text') for name in write.columns})} AS told"
