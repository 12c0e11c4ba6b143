"""The columns of the three lists."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from controlpanel.lists.listing import Column, Filter, Listing, last_changed_column
from federation.certificates.models import KEY_LABELS
from federation.certificates.words import left

GATEWAY = Listing(
    name="certificates",
    search_label=_("Search certificates"),
    order="left",
    columns=(
        Column("name", _("Friendly name"), lambda row: row.name, ("name_sort",)),
        Column("names", _("Names"), lambda row: row.names.replace("\n", " ")),
        Column("issuer", _("Issuer"), lambda row: row.issuer_name, ("issuer_name", "name_sort")),
        Column("sha1", _("Thumbprint"), lambda row: row.sha1, ("sha1",)),
        Column("left", _("Valid until"), lambda row: row.not_after, ("not_after",)),
        Column("used", _("In use"), lambda row: row.used or row.planned or ""),
        Column("renewed", _("Renewed by"), lambda row: row.renewed_by or ""),
    ),
    export_only=(
        Column("subject", _("Subject"), lambda row: row.subject),
        Column("serial", _("Serial number"), lambda row: row.serial),
        Column("sha256", _("Thumbprint (SHA-256)"), lambda row: row.sha256),
        Column("from", _("Valid from"), lambda row: row.not_before),
        Column("days", _("Days left"), lambda row: left(row.not_before, row.not_after, timezone.now()).days),
    ),
    filters=(
        Filter(
            "state",
            _("State"),
            lambda: [("used", _("In use")), ("valid", _("Valid")), ("ended", _("Ended"))],
            lambda rows, value: {
                "used": rows.filter(used=True),
                "valid": rows.filter(not_after__gte=timezone.now()),
                "ended": rows.filter(not_after__lt=timezone.now()),
            }[value],
            everything=_("All certificates"),
        ),
    ),
    search=lambda rows, text: rows.matching(text),
)

REQUESTS = Listing(
    name="certificate-requests",
    search_label=_("Search requests"),
    order="-made",
    columns=(
        Column("name", _("Friendly name"), lambda row: row.name, ("name_sort",)),
        Column("names", _("Names"), lambda row: row.names.replace("\n", " ")),
        Column("key", _("Key"), lambda row: row.get_key_kind_display(), ("key_kind", "name_sort")),
        Column("renews", _("Renews"), lambda row: row.renews or ""),
        Column(
            "made",
            _("Made"),
            lambda row: f"{row.changed_at:%Y-%m-%d %H:%M:%SZ} {row.changed_by}",
            ("changed_at",),
        ),
    ),
    filters=(
        Filter(
            "key",
            _("Key"),
            lambda: KEY_LABELS,
            lambda rows, value: rows.filter(key_kind=value),
            everything=_("All keys"),
        ),
    ),
    search=lambda rows, text: rows.matching(text),
)

AUTHORITIES = Listing(
    name="trusted-authorities",
    search_label=_("Search authorities"),
    order="name",
    columns=(
        Column("name", _("Friendly name"), lambda row: row.name, ("name_sort",)),
        Column("subject", _("Subject"), lambda row: row.subject),
        Column("root", _("Root"), lambda row: row.is_root, ("is_root", "name_sort"), centred=True),
        Column("left", _("Valid until"), lambda row: row.not_after, ("not_after",)),
        last_changed_column(),
    ),
    export_only=(Column("sha256", _("Thumbprint (SHA-256)"), lambda row: row.sha256),),
    search=lambda rows, text: rows.matching(text),
)
