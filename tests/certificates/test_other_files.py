"""A file that is no certificate is named for what it is, on each page and by the command."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from federation.certificates.models import Certificate, TrustedAuthority
from tests.certificates.test_the_job import hand_in
from tests.imports.test_file_kinds import PARTNER, TYPED, USER
from tests.pages import Page

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from tests.certificates.conftest import Chain

pytestmark = pytest.mark.django_db
FILES = [
    (TYPED, "These are blocked SIP domains. Here certificates are imported."),
    (PARTNER, "These are XMPP federated partners. Here certificates are imported."),
    (USER, "These are users. Here certificates are imported."),
    ('{\n "Identity": "Global"\n}\n', "This is JSON."),
]


@pytest.mark.parametrize("text,said", FILES)
def test_a_file_of_something_else_is_named(
    alice_client: Client, tmp_path: Path, text: str, said: str
) -> None:
    page = hand_in(alice_client, text.encode())
    assert page.status == 422
    assert said in page.text
    file = {"files_": [SimpleUploadedFile("x.pem", text.encode())], "text": ""}
    page = Page(alice_client.post(reverse("certificates:authorities-new"), file))
    assert said in page.text
    path = tmp_path / "x.pem"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        call_command("certificate_import", str(path))
    assert said in str(refused.value)
    assert not Certificate.objects.exists()


def test_an_authority_that_its_file_rejects_is_not_trusted(alice_client: Client, chain: Chain) -> None:
    """OpenSSL keeps what is not to be trusted in the same file as what is."""
    for option, count in (("-addreject", 0), ("-addtrust", 1)):
        command = ["openssl", "x509", "-trustout", option, "serverAuth"]
        marked = subprocess.run(command, input=chain.root.pem, capture_output=True, check=True).stdout
        assert b"TRUSTED CERTIFICATE" in marked
        file = {"files_": [SimpleUploadedFile("root.pem", marked)], "text": ""}
        page = Page(alice_client.post(reverse("certificates:authorities-new"), file, follow=True))
        assert ("OpenSSL marked it as rejected" in page.text) is not bool(count)
        assert TrustedAuthority.objects.count() == count
