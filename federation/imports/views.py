"""Import users: upload a file, see what it would do, and do it."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from controlpanel.accounts.doors import door
from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from controlpanel.audit.commits import Gone
from controlpanel.shell import aftermath
from controlpanel.shell.busy import SENTENCE, is_busy
from controlpanel.shell.cells import csv_line
from controlpanel.shell.delimited import Fault
from controlpanel.shell.textfile import FileRefused
from controlpanel.shell.uploads import LimitedFiles
from federation.imports import progress, services
from federation.imports.csvfile import open_users
from federation.imports.forms import ImportForm, UploadForm
from federation.imports.models import Upload
from federation.imports.shown import Shown
from federation.imports.words import file_reason
from federation.intake import words
from federation.intake.catalogue import Catalogue
from federation.intake.plan import Plan, planned
from federation.intake.planning import steps
from federation.intake.services import Overtaken

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from django.http import HttpResponse, HttpResponseBase

    from controlpanel.shell.http import PanelRequest
    from federation.imports.models import StoredFile

log = logging.getLogger(__name__)


@csrf_exempt  # until the handler that limits the body is in place; then _receive checks it
@door(see=Right.USERS)
def upload(request: PanelRequest) -> HttpResponse:
    """Ask for a file, and keep it."""
    request.upload_handlers = [LimitedFiles(request, settings.IMPORT_LIMIT_MB * 1024 * 1024)]
    return _receive(request)


@csrf_protect
def _receive(request: PanelRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "imports/upload.html", {"form": UploadForm()})
    (handler,) = request.upload_handlers
    form = UploadForm(request.POST, request.FILES, handler=handler)  # type: ignore[arg-type] # it is ours
    if form.is_valid():
        kept = services.keep(form.cleaned_data["file"], owner=request.user)
        return redirect("imports:preview", pk=kept.pk)
    status = 413 if handler.is_too_large else 422  # type: ignore[attr-defined]
    return render(request, "imports/upload.html", {"form": form}, status=status)


@door(see=Right.USERS)
def preview(request: PanelRequest, pk: int) -> HttpResponseBase:
    """What the file would do, with what is chosen. Read it again when the choice changed."""
    kept = _kept(request, pk)
    form = ImportForm(request, kept)
    if form.is_bound and form.is_valid():
        services.choose(kept, **form.choices)
        return redirect("imports:preview", pk=pk)
    if (plan := kept.plan) is not None or form.is_bound:
        shown = {"upload": kept, "form": form, "shown": plan and Shown(plan)}
        return render(request, "imports/preview.html", shown, status=422 if form.errors else 200)
    file = kept.reader()
    return progress.respond(
        request,
        "imports/preview.html",
        _reading(kept, file),
        share=lambda _rows: file.place / max(kept.size, 1),
        finish=partial(_show, request, kept, form),
        upload=kept,
    )


@require_POST
@door(see=Right.USERS)
def confirm(request: PanelRequest, pk: int) -> HttpResponseBase:
    """Do what was shown, and show how far it is."""
    kept = _kept(request, pk)
    form = ImportForm(request, kept)
    plan = kept.plan
    if plan is None or not form.is_valid():
        return preview(request, pk)
    if not form.was_shown:
        services.choose(kept, **form.choices)
        messages.warning(
            request, _("Your choice changes what the import does. Look at it again, then import.")
        )
        return redirect("imports:preview", pk=pk)
    actor, reason = Actor.of(request), form.cleaned_data["reason"]
    return progress.respond(
        request,
        "imports/working.html",
        services.import_upload(kept, actor=actor, reason=reason),
        share=lambda rows: rows / max(plan.numbers.rows, 1),
        finish=partial(_end, kept),
        upload=kept,
    )


@require_safe
@door(see=Right.USERS)
def refused(request: PanelRequest, pk: int) -> StreamingHttpResponse:
    """Every line that is refused, as CSV."""
    kept = _kept(request, pk)
    response = StreamingHttpResponse(_refused_lines(kept), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="refused.csv"'
    return response


@require_POST
@door(see=Right.USERS)
def cancel(request: PanelRequest, pk: int) -> HttpResponse:
    """Drop the upload."""
    services.forget(_kept(request, pk))
    return redirect("directory:list")


def _kept(request: PanelRequest, pk: int) -> Upload:
    return get_object_or_404(Upload.objects.of(request.user).select_related("site"), pk=pk)


def _reading(kept: Upload, file: StoredFile) -> Generator[int, None, Plan]:
    """Read the file, and keep what it would do as what its owner was shown."""
    try:
        table = open_users(file, kept.name)
        plan = yield from planned(table.records, kept.choices, table.ignored)
    except FileRefused:
        services.forget(kept)
        raise
    services.note_plan(kept, plan)
    return plan


def _show(request: PanelRequest, kept: Upload, form: ImportForm, end: Plan | Exception) -> str:
    """The rest of the preview once the file has been read."""
    if isinstance(end, Plan):
        return render_to_string(
            "imports/_plan.html", {"upload": kept, "form": form, "shown": Shown(end)}, request
        )
    again = kept if isinstance(end, OperationalError) else None
    return render_to_string("imports/_refused.html", {"sentence": _sentence(end), "upload": again})


def _end(kept: Upload, end: Plan | Exception) -> str:
    """The rest of the page once the import is done, or was not done."""
    if isinstance(end, Plan):
        return render_to_string(
            "imports/_done.html", {"sums": Shown(end).sums, "warnings": aftermath.warnings()}
        )
    again = kept if isinstance(end, Overtaken | OperationalError) else None
    return render_to_string("imports/_refused.html", {"sentence": _sentence(end), "upload": again})


def _sentence(error: Exception) -> str:
    if isinstance(error, FileRefused):
        return file_reason(error)
    if isinstance(error, Overtaken):
        return str(words.OVERTAKEN)
    if isinstance(error, Gone):
        return _("This upload was imported already, or is kept no more.")
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if is_busy(error):
        return str(SENTENCE)
    log.error("An import failed", exc_info=error)
    return _("The database gave up. Try again.")


def _refused_lines(kept: Upload) -> Iterator[str]:
    yield "\ufeff" + csv_line([_("Line"), _("Reason"), _("Code")])
    catalogue = Catalogue(kept.choices)
    try:
        for batch in steps(open_users(kept.reader(), kept.name).records, catalogue):
            for fault in batch:
                if isinstance(fault, Fault):
                    reason = words.reason(str(fault.code), fault.params)
                    yield csv_line([fault.line, reason, fault.code])
    except FileRefused as error:
        yield csv_line([error.line, file_reason(error), error.code])
    except Gone as error:
        yield csv_line(["", _sentence(error), ""])
