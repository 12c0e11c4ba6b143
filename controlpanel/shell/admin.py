"""The Django admin as the support desk's tool: it looks at everything, and writes through services only."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from controlpanel.audit.commits import Changed, Conflict, Gone
from controlpanel.audit.tallies import hold
from controlpanel.shell.declared import DeclaredAdmin
from controlpanel.shell.question import Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest


class RecordedForm(forms.ModelForm[models.Model]):
    """A form that refuses to overwrite a version its reader has not seen."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = getattr(self.instance, "version", None)


class RecordedAdmin(DeclaredAdmin):
    """A page of the support desk. A room fills in ``write`` and ``remove`` with its services."""

    form = RecordedForm
    delete_confirmation_template = "admin/delete_recorded.html"
    delete_selected_confirmation_template = "admin/delete_recorded.html"

    def write(
        self,
        request: HttpRequest,
        row: Any,
        values: dict[str, Any],
        version: int | None,
    ) -> Any:
        """Call the room's service: ``version`` None makes a new row. Returns the row as it stands."""
        raise NotImplementedError

    def remove(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Call the room's service that deletes ``rows``."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Hand the changed values to the service; never ``obj.save()``."""
        values = {name: form.cleaned_data[name] for name in form.changed_data if name != "seen_version"}
        version = form.cleaned_data.get("seen_version") if change else None
        if change and version is None and hasattr(obj, "version"):
            raise Conflict(obj)  # a form that does not say what its reader saw might overwrite anything
        if row := self.write(request, obj, values, version):
            obj.pk = row.pk

    def consequences(self, rows: QuerySet[Any]) -> Sequence[str]:
        """What becomes of whom when ``rows`` go: sentences that the question before it says."""
        return ()

    def _said(self, rows: QuerySet[Any]) -> list[str]:
        return list(map(str, self.consequences(rows.all())))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete one row through the service."""
        self.delete_queryset(request, self.model._default_manager.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete several rows through the service, all or nothing, as the question showed them."""
        with transaction.atomic():
            hold(queryset)
            if not Question(queryset.all(), self._said(queryset), request.POST).is_answered:
                raise Changed
            self.remove(request, queryset.all())

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form; what a service refuses comes back as a message, and nothing is saved."""
        return self._guarded(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The confirmation; refusals come back as a message."""
        return self._guarded(request, partial(self._asking, super().delete_view), *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list and its actions; refusals come back as a message."""
        return self._guarded(request, partial(self._asking, super().changelist_view), *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, *_args: Any) -> HttpResponse:
        """The change log has the history."""
        query = urlencode({"kind": self.model._meta.label_lower, "object": object_id})
        return redirect(f"{reverse('audit:list')}?{query}")

    def _asking(self, view: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What ``view`` answers; its question again when what it said is not what stands now."""
        answer = request.POST
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        except Changed:
            if "post" not in answer:
                raise
            again = answer.copy()
            del again["post"]  # without it Django's pages ask
            request.POST = again if "action" in again else QueryDict()  # type: ignore[assignment]
            response = view(request, *args, **kwargs)
            if isinstance(response, TemplateResponse):
                response.status_code = 409
        context = response.context_data if isinstance(response, TemplateResponse) else None
        if context and ("deletable_objects" in context or "deleted_objects" in context):
            manager = self.model._default_manager
            rows = context["queryset"] if "queryset" in context else manager.filter(pk=context["object"].pk)
            context["question"] = Question(rows.all(), self._said(rows), answer)
        return response

    def _guarded(self, request: HttpRequest, view: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        except ValidationError as refusal:
            for sentence in refusal.messages:
                messages.error(request, sentence)
        except Conflict:
            messages.error(
                request,
                _("Somebody else changed this first. Nothing was overwritten; look again."),
            )
        except Gone:
            messages.error(request, _("This was deleted meanwhile."))
        else:
            return response
        return HttpResponseRedirect(request.get_full_path())

    def log_addition(self, *_args: Any) -> None:  # type: ignore[override]
        """Nothing: the change log has the event already."""

    def log_change(self, *_args: Any) -> None:  # type: ignore[override]
        """Nothing: the change log has the event already."""

    def log_deletions(self, *_args: Any) -> None:  # type: ignore[override]
        """Nothing: the change log has the event already."""
