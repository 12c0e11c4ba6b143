"""Import of domains: files of the shell, lists that people paste; checked line by line, all or nothing."""

from __future__ import annotations

import html
import io
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.domains import services
from federation.domains.models import FederatedDomain
from tests.domains.makers import allow, block
from tests.makers import MAKER
from tests.pages import Page

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db
WILD = (
    '"Domain","ProxyFqdn","Comment"\r\n'
    '"contoso.com","edge.contoso.com","Head, office"\r\n"fabrikam.com",,\r\n'
)


def send(client: Client, **data: Any) -> Page:
    """Import, or Check when ``check`` is given."""
    answer = client.post(reverse("domains:import"), {"kind": "allowed", **data}, follow=True)
    return Page(answer)


def faults(page: Page) -> list[str]:
    """The bad lines that the page tells."""
    return [text for text in page.texts("li") if text.startswith("Line ")]


@pytest.mark.parametrize(
    "content",
    [
        WILD.encode(),
        b"\xef\xbb\xbf" + WILD.encode(),
        WILD.encode("utf-16"),
        WILD.replace(",", ";").replace("Head;", "Head,").encode(),
        b"#TYPE Selected.Microsoft.Rtc.Management.WritableConfig.Settings.Edge.AllowedDomain\r\n"
        + WILD.encode(),
    ],
    ids=["plain", "mark", "utf-16", "semicolons", "type line"],
)
def test_the_shells_export_is_read(alice_client: Client, content: bytes) -> None:
    page = send(alice_client, file=SimpleUploadedFile("CsAllowedDomains.csv", content))
    assert page.said == ["Domains added: 2, changed: 0, as they were: 0."]
    rows = FederatedDomain.objects.order_by("domain").values_list("domain", "kind", "proxy_fqdn", "comment")
    assert list(rows) == [
        ("contoso.com", "allowed", "edge.contoso.com", "Head, office"),
        ("fabrikam.com", "allowed", "", ""),
    ]


def test_a_pasted_list_is_read(alice_client: Client) -> None:
    page = send(alice_client, kind="blocked", lines="\r\nspam.example\r\n\r\n  Spim.example \r\n")
    assert page.said == ["Domains added: 2, changed: 0, as they were: 0."]
    assert set(FederatedDomain.objects.values_list("domain", "kind")) == {
        ("spam.example", "blocked"),
        ("spim.example", "blocked"),
    }


def test_three_bad_lines_of_5000_are_told_and_nothing_is_saved(alice_client: Client) -> None:
    lines = [f"d{number}.example" for number in range(1, 5001)]
    lines[9], lines[99], lines[4999] = "https://a.example", "d1.example", "*.b.example"
    page = send(alice_client, lines="\n".join(lines))
    assert page.status == 422
    assert "3 lines cannot be used. Nothing was imported." in page.alerts[0]
    assert faults(page) == [
        "Line 10: “https://a.example”: Leave out “https”: type the name alone, such as contoso.com.",
        "Line 100: “d1.example”: It stands on line 1 already.",
        "Line 5000: “*.b.example”: A * stands for nothing here: list each name.",
    ]
    assert not FederatedDomain.objects.exists()
    assert not AuditEvent.objects.filter(action="domains:domain:import").exists()
    kept = page.form("lines").box("Or a list").value or ""
    assert "d4999.example" in kept

    lines[9], lines[99], lines[4999] = "a.example", "c.example", "b.example"
    with CaptureQueriesContext(connection) as queries:
        page = send(alice_client, lines="\n".join(lines), reason="Opening")
    assert page.said == ["Domains added: 5,000, changed: 0, as they were: 0."]
    assert len(queries) < 120
    event = AuditEvent.objects.get(action="domains:domain:import")
    assert (event.members_count, event.reason) == (5000, "Opening")


def test_check_says_what_would_be_done_and_does_nothing(alice_client: Client) -> None:
    allow("contoso.com", comment="Old")
    allow("fabrikam.com")
    content = WILD.encode() + b'"new.example",,\r\n'
    page = send(alice_client, check="1", file=SimpleUploadedFile("a.csv", content))
    assert "Nothing was imported yet." in page.text
    assert {"1 domain is added.", "1 domain is changed.", "1 domain is as the list says already."} <= set(
        page.texts("li")
    )
    assert FederatedDomain.objects.count() == 2
    # The file's text stands in the box now, so that Import needs no file.
    lines = html.unescape(
        page.response.content.decode().partition('id="id_lines">')[2].partition("</textarea>")[0]
    )
    assert send(alice_client, lines=lines).said == ["Domains added: 1, changed: 1, as they were: 1."]
    assert FederatedDomain.objects.get(domain="contoso.com").comment == "Head, office"


def test_what_is_on_the_other_list_is_refused_by_line(alice_client: Client) -> None:
    block("spam.example")
    page = send(alice_client, lines="good.example\nSPAM.example")
    assert len(faults(page)) == 1
    assert faults(page)[0].startswith("Line 2: “spam.example” is a blocked domain")
    assert faults(page)[0].endswith("To allow it, delete it there first.")
    assert FederatedDomain.objects.count() == 1


def test_a_file_that_says_the_status_is_believed(alice_client: Client) -> None:
    send(alice_client, lines="Domain,Status\na.example,Blocked\nb.example,Autorisé\nc.example,\n")
    assert set(FederatedDomain.objects.values_list("domain", "kind")) == {
        ("a.example", "blocked"),
        ("b.example", "allowed"),
        ("c.example", "allowed"),
    }


@pytest.mark.parametrize(
    "lines, said",
    [
        ("Domain,ProxyFqdn\na.example,10.0.0.1", "Line 2: “10.0.0.1”: This is an IP address. Type a name."),
        ("Domain,Status\na.example,maybe", "Line 2: “maybe”: The status is “Allowed” or “Blocked”."),
        ("Domain,MarkForMonitoring\na.example,maybe", "Line 2: “maybe”: Write True or False."),
        ("Domain,VerificationLevel\na.example,High", "Line 2: “High”: Write AlwaysVerifiable, "),
        ("Domain,Comment\na.example," + "x" * 1025, "The comment is longer than 1024 characters."),
        (
            "Domain,Comment\na.example,a\u202eb",
            "Remove the control characters or line breaks from this text.",
        ),
        ("Domain,Comment\na.example", "Line 2: The line has 1 cells, and the first line has 2."),
        (
            "Domain,Status,ProxyFqdn\na.example,Blocked,b.example",
            "Line 2: “b.example”: A blocked domain has a comment, and nothing else.",
        ),
    ],
)
def test_a_bad_cell_is_told_with_its_line(alice_client: Client, lines: str, said: str) -> None:
    page = send(alice_client, lines=lines)
    assert page.status == 422
    assert said in faults(page)[0]
    assert not FederatedDomain.objects.exists()


@pytest.mark.parametrize(
    "data, said",
    [
        ({}, "Choose a file, or type or paste a list."),
        ({"lines": " \n "}, "Choose a file, or type or paste a list."),
        ({"lines": "a.example", "kind": ""}, "Choose whether these domains are allowed or blocked."),
        (
            {"lines": "Server,Comment\na,b"},
            "The column “domain” is missing. The first line has: Server, Comment.",
        ),
        ({"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04rest")}, "This is a spreadsheet."),
        ({"file": SimpleUploadedFile("a.csv", b"\xff\xfea\x00\x00")}, "not"),
        (
            {"file": SimpleUploadedFile("a.csv", b'Domain,Comment\na.example,"open')},
            "Line 2: A quotation mark",
        ),
    ],
    ids=["nothing", "blank", "which list", "no column", "spreadsheet", "broken", "quotes"],
)
def test_what_cannot_be_read_is_said(alice_client: Client, data: dict[str, Any], said: str) -> None:
    page = send(alice_client, **data)
    assert page.status == 422
    assert said in page.alerts[0]
    assert not FederatedDomain.objects.exists()


@pytest.mark.sql
def test_changed_rows_get_a_version_and_are_members_of_the_event() -> None:
    row = allow("contoso.com", comment="Old")
    services.import_domains(WILD.encode(), kind="allowed", actor=MAKER)
    row.refresh_from_db()
    assert (row.version, row.comment) == (2, "Head, office")
    event = AuditEvent.objects.about(row)[0]
    assert (event.action, event.members_count) == ("domains:domain:import", 2)
    services.import_domains(WILD.encode(), kind="allowed", actor=MAKER)
    assert AuditEvent.objects.filter(action="domains:domain:import").count() == 1


def run(path: Path, *options: str) -> str:
    """What the command says."""
    out = io.StringIO()
    call_command("import_domains", str(path), *options, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_imports(tmp_path: Path) -> None:
    path = tmp_path / "CsAllowedDomains.csv"
    path.write_text(WILD)
    assert "Dry run. Domains added: 2, changed: 0" in run(path, "--list=allowed", "--dry-run")
    assert not FederatedDomain.objects.exists()
    assert "Domains added: 2, changed: 0" in run(path, "--list=allowed")
    assert FederatedDomain.objects.count() == 2


def test_the_command_asks_which_list_it_is(tmp_path: Path) -> None:
    path = tmp_path / "domains.csv"
    path.write_text(WILD)
    with pytest.raises(CommandError, match="Lines that cannot be used: 2"):
        run(path)
    path.write_text("Domain,Status\na.example,Blocked\n")
    run(path)
    assert FederatedDomain.objects.get().kind == "blocked"


def test_the_command_tells_bad_lines_and_imports_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.txt"
    path.write_text("a.example\nb example\n")
    with pytest.raises(CommandError, match=r"Lines that cannot be used: 1\. Nothing was imported\."):
        call_command("import_domains", str(path), "--list=blocked")
    assert f"{path}:2: “b example”: Take the space out of the name." in capsys.readouterr().err
    assert not FederatedDomain.objects.exists()
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "missing.csv")
