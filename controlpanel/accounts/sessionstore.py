"""Sessions in the database, under a keyed hash of their keys: who copies the database signs in with nothing.

The key itself is in the browser's cookie alone. A migration brings over the tables of versions before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from django.contrib.sessions.base_session import AbstractBaseSession

_SALT = "controlpanel.accounts.sessionstore"
#: As many characters as the column holds: 160 bits.
_LENGTH = 40


def kept_key(key: str) -> str:
    """What stands in the table for the session ``key``; it follows from SECRET_KEY too."""
    return salted_hmac(_SALT, key, algorithm="sha256").hexdigest()[:_LENGTH]


class SessionStore(DatabaseStore):
    """Django's store, which asks for rows by ``kept_key`` wherever it does by the key."""

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        kept = kept_key(self.session_key) if self.session_key else ""
        row: AbstractBaseSession | None = self.model.objects.filter(
            session_key=kept, expire_date__gt=timezone.now()
        ).first()
        if row is None:
            self._session_key = None  # as the store of Django lets go of what is not there
        return row

    def exists(self, session_key: str | None) -> bool:
        """Whether there is such a session."""
        return bool(session_key) and super().exists(kept_key(session_key or ""))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """The row to write."""
        row = super().create_model_instance(data)
        row.session_key = kept_key(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """End a session, this one unless another is named."""
        if key := session_key or self.session_key:
            super().delete(kept_key(key))
