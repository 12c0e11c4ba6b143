"""A bad request is one line of the process log, whoever sends it."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the handler of the settings writes."""
    written = io.StringIO()
    kept = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
    for handler in kept:
        monkeypatch.setattr(handler, "stream", written)
    return written


def test_a_bad_request_leaves_no_traceback(alice_client: Client, log: io.StringIO) -> None:
    for answer in (
        alice_client.get("/healthz", headers={"host": "evil.example"}),
        alice_client.get("/admin/accounts/administrator/?password__startswith=a"),
    ):
        assert answer.status_code == 400
    told = log.getvalue()
    assert "evil.example" in told
    assert "Traceback" not in told
