"""Sentences for why a directory server was given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from federation.ldap.settings import ServerCode

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

#: Why a directory server was given up.
SERVER: dict[str, _StrPromise] = {
    ServerCode.UNREACHABLE: _("The directory server %(host)s cannot be reached (%(detail)s)."),
    ServerCode.CERTIFICATE: _("The certificate of the directory server %(host)s is not trusted: %(detail)s."),
    ServerCode.TLS: _("The directory server %(host)s does not speak TLS as it should (%(detail)s)."),
    ServerCode.BIND: _("The directory server %(host)s refuses the name or the password (%(detail)s)."),
    ServerCode.FILTER: _("PANEL_LDAP_FILTER is not a filter of LDAP: %(detail)s"),
    ServerCode.STOPPED: _("The directory server %(host)s stopped after %(entries)s entries (%(detail)s)."),
    ServerCode.SEARCH: _("The directory server %(host)s refuses the search (%(detail)s)."),
    ServerCode.PAGING: _("The directory server %(host)s cannot be trusted with pages: %(detail)s."),
}
