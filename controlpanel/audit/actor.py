"""Who does something."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import TYPE_CHECKING

from controlpanel.shell.http import client_address

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True)
class Actor:
    """The one who acts: a name to keep, the administrator's key if there is one, and the address."""

    name: str
    pk: int | None = None
    address: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Actor:
        """The administrator who sent ``request``, from where."""
        return cls(request.user.get_username(), request.user.pk, client_address(request))

    @classmethod
    def command(cls) -> Actor:
        """Whoever runs a management command: the name of the operating system's account."""
        try:
            return cls(f"manage.py ({getpass.getuser()})")
        except (KeyError, OSError):
            return cls("manage.py")
