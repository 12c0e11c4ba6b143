"""Users read from a directory server: page by page, over TLS, and nothing that it says believed unchecked.

ldap3 speaks the protocol; certificates are checked by Python itself, name and chain.
"""

from __future__ import annotations

import contextlib
import ssl
from typing import TYPE_CHECKING, Any, NamedTuple

import ldap3
from django.utils import timezone
from ldap3.core.exceptions import LDAPException, LDAPInvalidFilterError
from ldap3.core.results import RESULT_SUCCESS

from controlpanel.shell.delimited import Fault, Record
from federation.intake.rows import RowCode
from federation.ldap.enabled import judged
from federation.ldap.settings import ServerCode, ServerRefused

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from federation.ldap.settings import ServerSettings

_PAGED = "1.2.840.113556.1.4.319"  # RFC 2696
#: A server may send a page without entries, but not for ever.
MOST_EMPTY_PAGES = 50
#: Columns of which two values cannot both be meant.
_ONE = frozenset({"address", "pool", "policy"})


class Entry(NamedTuple):
    """One entry: its name, and the record or what is wrong with it."""

    dn: str
    record: Record | Fault


def entries(settings: ServerSettings) -> Generator[Entry, None, None]:
    """All entries that the filter finds; raises ServerRefused, also in the middle."""
    tls = _Tls(settings)
    server = ldap3.Server(
        settings.host,
        port=settings.port,
        use_ssl=settings.is_ldaps,
        tls=tls,
        get_info=ldap3.NONE,
        connect_timeout=settings.timeout,
    )
    connection = ldap3.Connection(
        server,
        user=settings.bind_dn or None,
        password=settings.password or None,
        receive_timeout=settings.timeout,
        auto_referrals=False,
        check_names=False,
        read_only=True,
    )
    try:
        _open(connection, tls, settings)
        yield from _pages(connection, settings)
    finally:
        with contextlib.suppress(LDAPException, OSError):
            connection.unbind()
        with contextlib.suppress(OSError):
            if connection.socket:
                connection.socket.close()


class _Tls(ldap3.Tls):
    """TLS as Python's ssl checks it. ``fault`` keeps what ldap3 turns into text."""

    def __init__(self, settings: ServerSettings) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self.host = settings.host
        self.context = ssl.create_default_context(cafile=settings.ca_file or None)
        self.fault: Exception | None = None

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        """Begin TLS on the connection's socket: handshake, chain and name."""
        try:
            connection.socket = self.context.wrap_socket(connection.socket, server_hostname=self.host)
        except (ssl.SSLError, OSError) as fault:
            self.fault = fault
            raise


def _open(connection: Any, tls: _Tls, settings: ServerSettings) -> None:
    try:
        connection.open()
        if settings.starttls:
            connection.start_tls()
        is_bound = connection.bind()
    except (LDAPException, OSError) as error:
        if isinstance(tls.fault, ssl.SSLCertVerificationError):
            code, detail = ServerCode.CERTIFICATE, tls.fault.verify_message
        elif tls.fault:
            code, detail = ServerCode.TLS, str(tls.fault)
        else:
            code = ServerCode.TLS if settings.starttls and not connection.closed else ServerCode.UNREACHABLE
            detail = str(error)
        raise ServerRefused(code, host=settings.host, detail=detail) from error
    if not is_bound:
        raise ServerRefused(ServerCode.BIND, host=settings.host, detail=_told(connection))


def _pages(connection: Any, settings: ServerSettings) -> Iterator[Entry]:
    """The entries of all pages; a page must lead further, and an entry comes once."""
    cookie, cookies, names, empty = b"", set[bytes](), set[int](), 0
    while True:
        page, cookie = _page(connection, settings, cookie, len(names))
        empty = 0 if page else empty + 1
        for found in page:
            name = hash(found["dn"].casefold())  # a few bytes each, instead of the whole name
            if name in names:
                raise _lied(settings, f"the entry “{found['dn']}” came twice")
            names.add(name)
            yield Entry(found["dn"], _record(len(names), found, settings))
        if not cookie:
            return
        if cookie in cookies or empty > MOST_EMPTY_PAGES:
            raise _lied(settings, "its pages never end")
        cookies.add(cookie)


def _page(connection: Any, settings: ServerSettings, cookie: bytes, so_far: int) -> tuple[list[Any], bytes]:
    try:
        connection.search(
            settings.base,
            settings.filter,
            attributes=[*settings.attributes.values(), *settings.enabled],
            paged_size=settings.page_size,
            paged_criticality=True,
            paged_cookie=cookie or None,
        )
    except LDAPInvalidFilterError as error:
        raise ServerRefused(ServerCode.FILTER, host=settings.host, detail=settings.filter) from error
    except (LDAPException, OSError) as error:
        raise ServerRefused(
            ServerCode.STOPPED, host=settings.host, detail=str(error), entries=so_far
        ) from error
    if connection.result["result"] != RESULT_SUCCESS:
        raise ServerRefused(ServerCode.SEARCH, host=settings.host, detail=_told(connection))
    control = (connection.result.get("controls") or {}).get(_PAGED)
    if control is None:
        raise _lied(settings, "it does not say whether more follows")
    found = [each for each in connection.response if each["type"] == "searchResEntry"]
    return found, control["value"]["cookie"] or b""


def _lied(settings: ServerSettings, detail: str) -> ServerRefused:
    return ServerRefused(ServerCode.PAGING, host=settings.host, detail=detail)


def _told(connection: Any) -> str:
    result = connection.result
    return " ".join(str(result[part]) for part in ("description", "message") if result.get(part))


def _record(number: int, found: Any, settings: ServerSettings) -> Record | Fault:
    """An entry as a line of a file: text for each column; what has no value is emptied, as it is there.

    Whether it is enabled stands there also when something else cannot be used: a person whom the server
    disables does not stay enabled because of a spelling.
    """
    values = {name.partition(";")[0].casefold(): value for name, value in found["raw_attributes"].items()}
    cells = _enabled(values, settings)
    for column, attribute in settings.attributes.items():
        several = values.get(attribute.casefold()) or []
        if column in _ONE and len(several) > 1:
            if column == "address":
                return Fault(number, RowCode.SEVERAL, {"column": column, "value": "", "number": len(several)})
            cells |= {"fault": RowCode.SEVERAL, "fault_column": column, "fault_number": str(len(several))}
        try:
            text = min(several, default=b"").decode().strip()  # of several the same one every time
        except UnicodeDecodeError:
            if column == "address":
                return Fault(number, RowCode.NOT_TEXT, {"column": column, "value": ""})
            cells |= {"fault": RowCode.NOT_TEXT, "fault_column": column}
            continue
        if text or column != "policy":  # who has none there keeps the one that is assigned here
            cells[column] = text
    return Record(number, cells)


def _enabled(values: dict[str, list[bytes]], settings: ServerSettings) -> dict[str, str]:
    """The cells that say whether the person is enabled, and by which attribute not."""
    if not settings.enabled:
        return {}
    verdict = judged(settings.enabled, values, timezone.now())
    cells = {"enabled": str(not verdict.closed_by), "enabled_by": verdict.closed_by}
    if verdict.code:
        cells |= {"fault": verdict.code, "fault_column": "enabled", "fault_value": verdict.value[:100]}
    return cells
