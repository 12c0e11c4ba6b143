"""Doors of the import of users: a CsUserAdministrator gets in too, and an upload is its owner's."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from controlpanel.accounts.models import Administrator
from controlpanel.accounts.rights import Right
from federation.imports.services import keep
from tests.conftest import person
from tests.doors import Door
from tests.people import with_right

USERS = with_right(Right.USERS)


def an_upload() -> list[int]:
    """The key of an upload of whoever stands at the door."""
    owner = Administrator.objects.filter(username="visitor").first() or person("somebody")
    return [keep(SimpleUploadedFile("users.csv", b"SipAddress\n"), owner=owner).pk]


DOORS = (
    Door("imports:list", get=USERS, post=USERS, post_is=422),
    Door("imports:preview", args=an_upload, get=USERS, post=USERS, post_is=302),
    Door("imports:confirm", args=an_upload, get=frozenset(), get_is=405, post=USERS, post_is=302),
    Door("imports:refused", args=an_upload, get=USERS),
    Door("imports:cancel", args=an_upload, get=frozenset(), get_is=405, post=USERS, post_is=302),
)
