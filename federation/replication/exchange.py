"""One exchange with a gateway (gateway/wire.py): who it is, what it says, and what it gets."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.utils import timezone

from federation.gateway import services as gateways
from federation.gateway.models import Gateway
from federation.gateway.requests import Have
from federation.replication import documents, histories, services
from federation.replication.models import THE_ROW, Panel
from federation.replication.waiting import watch

if TYPE_CHECKING:
    from federation.gateway.requests import Request
    from federation.replication.documents import Document

#: Wrong secrets that are counted of one name within so many seconds; more cost nothing but the answer.
COUNTED, WITHIN = 5, 60
_wrong: dict[int, tuple[float, int]] = {}


class Refused(Exception):
    """Refused with an HTTP ``status``: 401 wrong secret or name, 403 disabled, 409 other history, 429."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Answer(NamedTuple):
    """What the gateway gets: nothing (204) or a document."""

    document: Document | None


def known(name: str, token: str) -> Gateway:
    """The gateway that has this name and this token. Raises Refused."""
    gateway = Gateway.objects.filter(name=name).first()
    stand_in = gateway or Gateway(secret_hash="0" * 64)
    right = stand_in.is_token(token)  # asked always: an unknown name takes as long as a wrong token
    if gateway is None:
        raise Refused(401)
    if not right:
        raise Refused(401 if _count(gateway) else 429)
    if not gateway.enabled:
        raise Refused(403)
    return gateway


def answer(gateway: Gateway, request: Request) -> Answer:
    """Keep the report; then, unless it only reports, what it lacks, waiting for it as long as it asked.

    Raises Refused when it runs another history (histories.py), or is not known any more after the wait.
    """
    gateways.keep_report(gateway, request, timezone.now())
    if request.report_only:
        return Answer(None)
    latest = services.publish()
    have = request.have
    if have and have == Have(_identity(), latest.number, latest.hash) and not request.everything:
        if watch.waiting >= settings.GATEWAYS_WAITING or not request.wait:
            return Answer(None)  # it asks again in a second
        if not (newer := watch.wait_beyond(latest.number, request.wait, gateway.pk)):
            return Answer(None)
        _check_again(gateway)
        return Answer(documents.for_gateway(gateway.name, have, newer))
    if have and histories.is_another(have, latest):
        raise Refused(409)
    return Answer(documents.for_gateway(gateway.name, have, everything=request.everything))


def _check_again(gateway: Gateway) -> None:
    """Refuse who was known when it began to wait, and is no longer."""
    now = Gateway.objects.filter(pk=gateway.pk).first()
    if now is None or now.secret_hash != gateway.secret_hash:
        raise Refused(401)
    if not now.enabled:
        raise Refused(403)


def _identity() -> str:
    return Panel.objects.get(pk=THE_ROW).identity


def _count(gateway: Gateway) -> bool:
    """Count a wrong secret; False when there were too many to go on counting."""
    now = time.monotonic()
    since, number = _wrong.get(gateway.pk, (now, 0))
    if now - since > WITHIN:
        since, number = now, 0
    _wrong[gateway.pk] = since, number + 1
    if number >= COUNTED:
        return False
    gateways.note_wrong_secret(gateway, timezone.now())
    return True
