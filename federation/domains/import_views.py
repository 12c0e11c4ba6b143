"""Import of SIP federated domains: a file or a pasted list, checked first, all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.shell.delimited import Fault
from controlpanel.shell.upload import ImportPage
from federation.domains import services
from federation.domains.csvfile import RowCode
from federation.domains.forms import ImportForm
from federation.domains.words import done, parts, told

if TYPE_CHECKING:
    from django.http import HttpResponse

    from controlpanel.shell.http import PanelRequest
    from federation.domains.planning import Plan


@door(see=Right.CHANGE)
def import_domains(request: PanelRequest) -> HttpResponse:
    """Import, on the tab of the domains."""

    def carry_out(values: dict[str, Any], dry_run: bool) -> Plan:
        chosen = {name: values[name] for name in ("kind", "file_name", "reason", "agreed")} | {
            "dry_run": dry_run
        }
        plan = services.import_domains(values["content"], actor=Actor.of(request), **chosen)
        for fault in plan.faults:  # said once, not for each line
            if fault.code is RowCode.BY_NAME:
                raise ValidationError({"kind": told(Fault(fault.line, fault.code, {}))})
            if fault.code is RowCode.NO_LIST:
                raise ValidationError({"kind": _("Choose whether these domains are allowed or blocked.")})
        return plan

    title = _("Import SIP federated domains")
    page = ImportPage(title, "domains/import.html", "domains:list", carry_out, done, parts, told)
    return page.respond(request, ImportForm)
