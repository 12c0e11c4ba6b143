"""Reading and publishing at one moment, on SQLite and on PostgreSQL."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Any number, the same in all processes: PostgreSQL's advisory lock of whoever publishes.
_TURN = 5_269_001
#: PostgreSQL's channel on which a new revision is announced.
CHANNEL = "federation_revision"


@contextmanager
def turn() -> Iterator[None]:
    """One publisher at a time, and everything it reads is of one moment after the one before it ended.

    SQLite: a transaction that writes is alone. PostgreSQL: the turn is taken before the transaction begins,
    because a REPEATABLE READ transaction sees what stood when it began.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    _run("SELECT pg_advisory_lock(%s)", _TURN)
    try:
        with transaction.atomic():
            _run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield
    finally:
        _run("SELECT pg_advisory_unlock(%s)", _TURN)


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is of one moment; nobody who writes waits for it."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            _run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        _run("BEGIN DEFERRED")  # Django's own would take the lock of who writes
        try:
            yield
        finally:
            _run("ROLLBACK")


def announce(number: int) -> None:
    """Wake everybody who waits for a revision, when this transaction is committed."""
    if connection.vendor == "postgresql":
        _run(f"SELECT pg_notify('{CHANNEL}', %s)", str(number))


def _run(statement: str, *parameters: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
