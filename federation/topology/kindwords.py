"""Sentences for what a file is and what is imported, and the refusal of any other kind."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import PurePath
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from controlpanel.shell.delimited import open_table
from controlpanel.shell.textfile import FileCode, FileRefused
from federation.topology.filekinds import LISTS, FileKind, by_contents, by_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from django.utils.functional import _StrPromise

    from controlpanel.shell.delimited import Head

THESE: dict[FileKind, _StrPromise] = {
    FileKind.USERS: _("These are users."),
    FileKind.PARTNERS: _("These are XMPP federated partners."),
    FileKind.ALLOWED: _("These are allowed SIP domains."),
    FileKind.BLOCKED: _("These are blocked SIP domains."),
    FileKind.DOMAINS: _("These are SIP domains."),
    FileKind.POLICIES: _("These are external access policies."),
    FileKind.EFFECTIVE: _("These are the policies that govern users."),
    FileKind.EDGE: _("This is an Access Edge configuration."),
    FileKind.GATEWAY: _("This is the configuration of an XMPP gateway."),
    FileKind.PROVIDERS: _("These are SIP federated providers."),
    FileKind.TENANT: _("These are the federation settings of a Teams tenant."),
    FileKind.SITES: _("These are sites."),
    FileKind.POOLS: _("These are pools."),
    FileKind.LOCAL_DOMAINS: _("These are domains of your own organisation."),
    FileKind.SERVERS: _("These are remote servers of another XMPP server, allowed and blocked ones."),
    FileKind.CERTIFICATES: _("This is a certificate or a key."),
    FileKind.CHANGES: _("This is a change log."),
    FileKind.FORMATTED: _("This went through Format-Table or Format-List. Leave that out, and export again."),
    FileKind.LISTING: _(
        "This is what the shell shows on the screen. Export it with Export-Csv -Encoding UTF8."
    ),
    FileKind.XML: _("This is XML, such as Export-Clixml writes. Export it with Export-Csv -Encoding UTF8."),
    FileKind.JSON: _("This is JSON. Export it as CSV."),
    FileKind.LDIF: _("This is LDIF. Export it as CSV."),
    FileKind.SCRIPT: _("This is a script or a transcript of the shell. Export what it lists as CSV."),
    FileKind.SQL: _("This is a dump of a database. Export the table as CSV."),
    FileKind.CONFIGURATION: _("This is the configuration of an XMPP server."),
    FileKind.UNKNOWN: _("The file says that it lists objects of a type that the panel does not know."),
}

HERE: dict[FileKind, _StrPromise] = {
    FileKind.USERS: _("Here users are imported."),
    FileKind.PARTNERS: _("Here partners are imported."),
    FileKind.ALLOWED: _("Here allowed SIP domains are imported."),
    FileKind.BLOCKED: _("Here blocked SIP domains are imported."),
    FileKind.DOMAINS: _("Here SIP domains are imported."),
    FileKind.CERTIFICATES: _("Here certificates are imported."),
}


def kind_of(content: bytes) -> FileKind | None:
    """What a file says that it is, wherever it was given; None when it is no text, or does not say."""
    heads: list[Head] = []
    with suppress(FileRefused):
        open_table(io.BytesIO(content), {}, judge=heads.append)
    return by_contents(heads[0]) if heads else None


def expects(
    wanted: FileKind, *, also: Collection[FileKind] = (), file_name: str = ""
) -> Callable[[Head], None]:
    """A judge for open_table(): it lets in ``wanted`` and ``also``, and what says nothing of itself.

    What only the name of the file says is weighed last, and refused with the way out.
    """

    def judge(head: Head) -> None:
        found, named = by_contents(head), by_name(_base(file_name))
        is_list = found is FileKind.DOMAINS and named in LISTS  # the name says which one
        if found is not None and found is not wanted and found not in also:
            raise other_kind(named if is_list and named else found, wanted)
        if wanted is not FileKind.USERS and (found is None or is_list):  # no name says users
            refuse_by_name(wanted, file_name)

    return judge


def refuse_by_name(wanted: FileKind, file_name: str) -> None:
    """Raise FileRefused when the name of the file, which alone tells, says that it is no ``wanted``."""
    named = by_name(_base(file_name))
    if named not in {None, wanted, *(LISTS if wanted is FileKind.DOMAINS else ())}:
        raise other_kind(named, wanted, FileCode.OTHER_NAME)  # type: ignore[arg-type] # it is not None


def other_kind(found: FileKind, wanted: FileKind, code: FileCode = FileCode.OTHER_KIND) -> FileRefused:
    """The refusal of a file that is ``found`` where ``wanted`` is imported."""
    return FileRefused(code, line=1, these=str(THESE[found]), here=str(HERE[wanted]))


def _base(file_name: str) -> str:
    """The name without the folders that some browsers send."""
    return PurePath(file_name.replace("\\", "/")).name
