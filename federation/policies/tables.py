"""The columns and filters of the list of policies (lync-reference.md, 2.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from controlpanel.lists.listing import Column, Filter, Listing, last_changed_column
from federation.policies.models import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.utils.functional import _StrPromise


def _switch(name: str, label: _StrPromise) -> Column:
    value: Callable[[Any], object] = lambda policy: getattr(policy, name)  # noqa: E731
    return Column(name, label, value, (name, "scope", "shown_name"), centred=True)


LISTING = Listing(
    name="external-access-policies",
    search_label=_("Search policies"),
    order="name",
    columns=(
        Column("name", _("Name"), lambda policy: policy.identity, ("scope", "shown_name")),
        Column(
            "scope",
            _("Scope"),
            lambda policy: policy.get_scope_display(),
            ("scope", "shown_name"),
        ),
        _switch("federated", _("Federated users")),
        _switch("xmpp", _("XMPP federated users")),
        _switch("remote", _("Remote users")),
        _switch("public", _("Public users")),
        Column(
            "description",
            _("Description"),
            lambda policy: policy.description,
            ("description_start", "scope", "shown_name"),
        ),
        last_changed_column(),
    ),
    filters=(
        Filter(
            "scope",
            _("Scope"),
            lambda: [(str(scope.value), scope.label) for scope in Scope],
            lambda rows, value: rows.filter(scope=int(value)),
            everything=_("All scopes"),
        ),
    ),
    search=lambda rows, text: rows.matching(text),
)
