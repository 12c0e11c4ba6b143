"""How somebody gets in: by name and password, counted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied

from controlpanel.accounts import passwords

if TYPE_CHECKING:
    from django.http import HttpRequest

    from controlpanel.accounts.models import Administrator


class CountedBackend(ModelBackend):
    """Django's own, with limits on failures."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_kwargs: Any,
    ) -> Administrator | None:
        """The account. PermissionDenied keeps the other backend, which is for older sessions, out of it.

        Raises LockedOut and Crowded.
        """
        if username is None or password is None:
            return None
        check = partial(super().authenticate, request, username=username, password=password)
        account = passwords.attempt(request, username, check)
        if account is None:
            raise PermissionDenied
        return account
