"""What other programs read: a calendar (RFC 5545) behind a secret address, numbers for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from controlpanel.metrics.registry import Family, Sample
from federation.watch.models import Feed
from federation.watch.watching import watched, worst

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from federation.watch.watching import Watched

_SALT = "federation.watch.feed"


def secret() -> str:
    """The secret part of the calendar's address; it follows from SECRET_KEY and the number of the address."""
    feed = Feed.objects.first()
    return salted_hmac(_SALT, str(feed.number if feed else 0), algorithm="sha256").hexdigest()[:40]


def is_secret(given: str) -> bool:
    """Whether this is it."""
    return constant_time_compare(given, secret())


def calendar(now: datetime, host: str) -> str:
    """Each certificate's end as a day, with an alarm a week before."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Federation Control Panel//EN", "METHOD:PUBLISH"]
    for each in watched(now):
        said = _escaped(_title(each))
        lines += [
            "BEGIN:VEVENT",
            f"UID:{each.sha256.lower()}@{host}",
            f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{each.ends.year:04}{each.ends:%m%d}",
            f"SUMMARY:{said}",
            "TRANSP:TRANSPARENT",
            *("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P7D", f"DESCRIPTION:{said}", "END:VALARM"),
            "END:VEVENT",
        ]
    return "\r\n".join(part for line in [*lines, "END:VCALENDAR"] for part in _folded(line)) + "\r\n"


def _title(each: Watched) -> str:
    if each.kind == "gateway":
        return _("Certificate of the gateway ends: %(name)s") % {"name": each.name}
    return _("Certificate of a partner ends: %(name)s") % {"name": each.name}


def _escaped(text: str) -> str:
    """Text of a property (RFC 5545, 3.3.11)."""
    for letter in "\\;,":
        text = text.replace(letter, f"\\{letter}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 octets, never inside a character (RFC 5545, 3.1)."""
    part = ""
    for letter in line:
        if len((part + letter).encode()) > 74:
            yield part
            part = " "
        part += letter
    yield part


def families() -> list[Family]:
    """When each certificate ends, and the worst state, for /metrics."""
    now = timezone.now()
    found = watched(now)
    ends = [
        Sample(
            each.ends.timestamp(),
            {"kind": each.kind, "name": each.name, "thumbprint": each.sha256[:16]},
        )
        for each in found
    ]
    return [
        Family("panel_certificate_not_after_seconds", "When a certificate ends, as Unix time.", ends),
        Family(
            "panel_certificates_state",
            "0 all is well, 1 warning, 2 critical.",
            [Sample(worst(found, now))],
        ),
    ]
