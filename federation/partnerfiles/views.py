"""Import of partners: a CSV file or its text, checked first, all or nothing."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.shell.upload import ImportPage
from federation.partnerfiles import services
from federation.partnerfiles.csvfile import open_partners, partner_rows
from federation.partnerfiles.words import done, parts, told

if TYPE_CHECKING:
    from django.http import HttpResponse

    from controlpanel.shell.http import PanelRequest
    from federation.partnerfiles.planning import Plan


@door(see=Right.CHANGE)
def import_partners(request: PanelRequest) -> HttpResponse:
    """Import, on the tab of the partners."""

    def carry_out(values: dict[str, Any], dry_run: bool) -> Plan:
        table = open_partners(io.BytesIO(values["content"]), values["file_name"])
        chosen = {"reason": values["reason"], "dry_run": dry_run, "agreed": values["agreed"]}
        chosen |= {"actor": Actor.of(request), "unread": table.ignored}
        return services.import_partners(partner_rows(table), **chosen)

    title = _("Import XMPP federated partners")
    page = ImportPage(title, "partnerfiles/import.html", "partners:list", carry_out, done, parts, told)
    return page.respond(request)
