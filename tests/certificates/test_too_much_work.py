"""A file that asks for hours inside an encrypted part: a sentence within seconds, by page and by command."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from tests.certificates.test_the_job import hand_in
from tests.x509.nested import PASSWORD, nested, with_pbkdf2

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db
HOURS = 2**31 - 1


@pytest.mark.parametrize(
    "language, sentence", [("en", "Opening it is too much work"), ("fr", "L’ouvrir demande trop de travail")]
)
def test_the_page_says_so(alice_client: Client, language: str, sentence: str) -> None:
    alice_client.cookies["django_language"] = language
    began = time.monotonic()
    page = hand_in(alice_client, nested(with_pbkdf2(HOURS), 2), password=PASSWORD, check=True)
    assert page.status == 422
    assert sentence in page.text
    assert PASSWORD not in page.text
    assert time.monotonic() - began < 10


def test_the_command_says_so(tmp_path: Path) -> None:
    (tmp_path / "n.pfx").write_bytes(nested(with_pbkdf2(HOURS), 2))
    (tmp_path / "password").write_text(PASSWORD)
    arguments = ["--password-file", str(tmp_path / "password")]
    with pytest.raises(CommandError, match="too much work"):
        call_command("certificate_import", str(tmp_path / "n.pfx"), *arguments)
