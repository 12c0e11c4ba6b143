"""The same by commands: request, import, assign, list, export, and a new master key."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from controlpanel.audit.models import AuditEvent
from federation.certificates.models import Certificate, KeyPair, Request
from federation.certificates.services import keys
from tests.certificates.test_the_job import HERE
from tests.pages import Page
from tests.status.test_status import make_gateway
from tests.x509.authority import accepts, openssl

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from tests.certificates.conftest import Chain

SECRET = "correct horse battery"
pytestmark = pytest.mark.sql


def run(name: str, *arguments: str) -> str:
    """Run a command; what it prints."""
    said = io.StringIO()
    call_command(name, *arguments, stdout=said)
    return said.getvalue()


def told(name: str, *arguments: str) -> Any:
    """Run a command; its JSON."""
    return json.loads(run(name, *arguments, "--json"))


@pytest.fixture
def imported(trusted: Chain, tmp_path: Path) -> int:
    """A certificate, requested and imported by commands; its id."""
    asked = told("certificate_request", "Gateway", "--gateway", "sip.contoso.com", "--key", "ecdsa-p256")
    answer = tmp_path / "answer.pem"
    answer.write_bytes(trusted.middle.sign(asked["pem"].encode()) + trusted.middle.pem)
    made = told("certificate_import", str(answer))
    assert made["names"] == ["sip.contoso.com", "contoso.com"]
    return int(made["id"])


def test_scripts_request_import_assign_and_list(imported: int) -> None:
    assigned = told("certificate_assign", "Gateway", "--reason", "New")
    assert assigned["certificate"] == imported
    listed = told("certificate_list")
    assert [(row["name"], row["in_use"]) for row in listed["certificates"]] == [("Gateway", True)]
    assert listed["requests"] == []
    assert "in use" in run("certificate_list")
    assert AuditEvent.objects.get(action="certificates:assignment:assign").reason == "New"


def test_a_planned_certificate_waits_for_its_day(imported: int) -> None:
    assert told("certificate_assign", str(imported), "--use-from", "2080-01-01T06:00")["use_from"].startswith(
        "2080-01-01T06:00"
    )
    (row,) = told("certificate_list")["certificates"]
    assert (row["in_use"], row["use_from"][:10]) == (False, "2080-01-01")


@pytest.mark.parametrize("form", ["pfx", "pem-key"])
def test_openssl_opens_what_is_exported_with_the_password_and_not_without(
    imported: int, tmp_path: Path, form: str
) -> None:
    output, secret = tmp_path / "out", tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    arguments = (str(imported), "--format", form, "--output", str(output), "--password-file", str(secret))
    run("certificate_export", *arguments)
    assert output.stat().st_mode & 0o777 == 0o600
    if form == "pfx":
        text = openssl("pkcs12", "-in", str(output), "-passin", f"pass:{SECRET}", "-nodes")
    else:
        text = openssl("pkey", "-in", str(output), "-passin", f"pass:{SECRET}") + output.read_bytes()
    assert b"PRIVATE KEY" in text
    assert openssl("pkey", "-pubout", given=text) == openssl("x509", "-pubkey", "-noout", given=text)
    event = AuditEvent.objects.get(action="certificates:certificate:export")
    assert event.after == {"format": form}
    with pytest.raises(CommandError, match="File exists"):
        run("certificate_export", *arguments)


def test_openssl_follows_an_exported_bundle_to_the_root_and_to_no_other(
    imported: int, trusted: Chain, tmp_path: Path
) -> None:
    bundle, pfx, root = tmp_path / "bundle.pem", tmp_path / "bundle.pfx", tmp_path / "root.pem"
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    root.write_bytes(trusted.root.pem)
    run("certificate_export", str(imported), "--format", "pem", "--output", str(bundle))
    assert b"PRIVATE" not in bundle.read_bytes()
    run("certificate_export", str(imported), "--output", str(pfx), "--password-file", str(secret))
    options = ("-in", str(pfx), "-passin", f"pass:{SECRET}", "-nokeys")
    assert not accepts("pkcs12", "-in", str(pfx), "-passin", "pass:another one", "-nokeys")
    out_of_pfx = tmp_path / "out-of-pfx.pem"
    out_of_pfx.write_bytes(openssl("pkcs12", *options))
    for file in (bundle, out_of_pfx):
        verify = (
            "verify",
            "-purpose",
            "sslserver",
            "-verify_hostname",
            "contoso.com",
            "-untrusted",
            str(file),
        )
        assert accepts(*verify, "-CAfile", str(root), str(file))
        assert not accepts(*verify, "-CAfile", str(bundle), str(file))


def test_a_key_is_not_exported_without_a_long_password(imported: int, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="needs 12 characters"):
        run("certificate_export", str(imported), "--output", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", ["pfx", "pem-key"])
def test_a_key_is_not_exported_under_a_password_no_program_takes(
    imported: int, alice_client: Client, tmp_path: Path, form: str
) -> None:
    password = "x" * 1024
    (tmp_path / "secret").write_text(password)
    arguments = ("--format", form, "--output", str(tmp_path / "out"))
    with pytest.raises(CommandError, match="longer than 1023 bytes"):
        run("certificate_export", str(imported), *arguments, "--password-file", str(tmp_path / "secret"))
    assert not (tmp_path / "out").exists()
    data = {"form": form, "password": password, "again": password}
    page = Page(alice_client.post(f"{HERE}{imported}/export/", data))
    assert (page.status, "longer than 1023 bytes" in page.text) == (422, True)


def test_a_new_master_key_opens_every_key_and_the_old_one_none(imported: int, tmp_path: Path) -> None:
    before = settings.MASTER_KEY_FILE.read_text()
    answer = told("rotate_master_key", "--reason", "Yearly")
    assert answer["keys"] == 1
    keys.opened(KeyPair.objects.get())
    settings.MASTER_KEY_FILE.write_text(before)
    with pytest.raises(CommandError, match=r"sealed under the master key .*, and only .* is here"):
        run("certificate_assign", str(imported))


def test_the_keys_of_gateways_are_counted_and_named_too(imported: int) -> None:
    make_gateway()
    assert run("rotate_master_key").startswith("Keys sealed under the master key ")
    assert told("rotate_master_key")["keys"] == 2


def test_without_the_master_key_a_sentence_says_so(imported: int) -> None:
    settings.MASTER_KEY_FILE.unlink()
    for command in (("certificate_assign", "Gateway"), ("rotate_master_key",)):
        with pytest.raises(CommandError, match="The master key is missing"):
            run(*command)
    with pytest.raises(CommandError, match="The master key is missing"):
        run("certificate_request", "Other", "--gateway", "sip.contoso.com")
    assert not Request.objects.exists()


def test_warnings_and_errors_stop_scripts(trusted: Chain, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"would not cover “contoso\.com”"):
        run("certificate_request", "G", "--gateway", "sip.contoso.com", "--domain", "fabrikam.com")
    with pytest.raises(CommandError, match="is a wildcard"):
        run("certificate_request", "G", "--gateway", "sip.contoso.com", "--other", "*.contoso.com")
    leaf = tmp_path / "leaf.pem"
    leaf.write_bytes(trusted.leaf + trusted.key)
    with pytest.raises(CommandError, match="Nothing was imported"):
        run("certificate_import", str(leaf))
    with pytest.raises(CommandError, match="No such file"):
        run("certificate_import", str(tmp_path / "no"))
    assert not Certificate.objects.exists()
