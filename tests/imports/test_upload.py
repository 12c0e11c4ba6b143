"""Import users in the panel: upload, preview, confirm; what is refused, and who may."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from controlpanel.accounts.rights import Role
from controlpanel.audit.models import AuditEvent
from federation.directory.actions import Action
from federation.directory.models import User
from federation.imports.models import Chunk, Upload
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology.models import Pool
from tests.conftest import BACKEND, person, signed_in
from tests.imports.files import SHELL
from tests.makers import make_site, make_user
from tests.makers import users_as_they_are as state
from tests.pages import Page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from controlpanel.accounts.models import Administrator

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

UNKNOWN = "SipAddress,RegistrarPool,ExternalAccessPolicy\na@x.fr,p1.x.fr,New\nb@x.fr,p1.x.fr,\n"


def send(client: Client, content: str | bytes, name: str = "users.csv") -> HttpResponse:
    data = content if isinstance(content, bytes) else content.encode()
    return client.post(reverse("imports:list"), {"file": SimpleUploadedFile(name, data)})  # type: ignore[return-value]


def preview(client: Client, content: str | bytes) -> Page:
    """The preview of a file that is accepted."""
    answer = send(client, content)
    assert answer.status_code == 302
    return Page(client.get(answer["Location"]))


def facts(page: Page) -> list[str]:
    return page.texts("dd")


def test_a_file_is_previewed_and_imported(alice_client: Client, home: None) -> None:
    make_user("bob@contoso.com", display_name="Robert")
    page = preview(alice_client, SHELL)
    assert facts(page) == ["1", "1", "0", "0"]
    assert "Robert" in page.text
    assert "Alice Élan" in page.text
    assert not User.objects.filter(address="alice@contoso.com").exists()

    done = Page(page.form("Import").fill(reason="New branch").send(alice_client))
    assert "The import is done." in done.text
    assert facts(done) == ["1", "1", "0", "0"]
    assert done.links["Show the users"] == reverse("directory:list")
    assert state() == {
        "alice@contoso.com": ("Alice Élan", "pool.contoso.com", False, "Tag:Sales"),
        "bob@contoso.com": ("Bob", "pool.contoso.com", True, ""),
    }
    event = AuditEvent.objects.get(action=Action.IMPORT)
    assert (event.actor_name, event.reason, event.object_name) == ("alice", "New branch", "users.csv")
    assert not Upload.objects.exists()
    assert not Chunk.objects.exists()


def test_the_list_of_users_leads_to_it(alice_client: Client, bob_client: Client) -> None:
    address = reverse("imports:list")
    assert Page(alice_client.get(reverse("directory:list"))).links["Import users"] == address
    assert "Import users" not in Page(bob_client.get(reverse("directory:list"))).links
    assert bob_client.get(address).status_code == 403


def test_the_page_is_sent_as_the_work_goes_on(alice_client: Client, home: None) -> None:
    lines = "".join(f"user{number}@contoso.com,pool.contoso.com\n" for number in range(5000))
    answer = send(alice_client, f"SipAddress,Pool\n{lines}")
    response = alice_client.get(answer["Location"])
    parts = [part.decode() for part in response.streaming_content]  # type: ignore[attr-defined]
    assert parts[0].startswith("<!doctype html>")
    assert "<progress" in parts[1]
    assert "".join(parts).rstrip().endswith("</html>")
    assert (response["Cache-Control"], response["X-Accel-Buffering"]) == ("no-store", "no")
    again = alice_client.get(answer["Location"])
    assert not again.streaming
    assert facts(Page(again)) == ["5,000", "0", "0", "0"]


def test_unknown_pools_and_policies_are_made_when_it_was_shown(alice_client: Client) -> None:
    make_site("Lyon")
    page = preview(alice_client, UNKNOWN)
    assert facts(page) == ["0", "0", "0", "2"]
    assert "Unknown pools" in page.texts("h3")
    assert "p1.x.fr (2 lines)" in page.texts("li")
    form = page.form("Show what that changes").fill(make_pools=True, site="lyon", make_policies=True)
    assert "Import" not in form.buttons

    form.action = reverse("imports:preview", args=[Upload.objects.get().pk])
    shown = Page(alice_client.get(form.send(alice_client)["Location"]))
    assert facts(shown) == ["2", "0", "0", "0"]
    assert "Pools that will be made" in shown.texts("h3")
    assert shown.form("Import").box("Make unknown pools").value == "on"

    assert "The import is done." in Page(shown.form("Import").send(alice_client)).text
    assert [(pool.fqdn, pool.site.name) for pool in Pool.objects.all()] == [("p1.x.fr", "Lyon")]
    assert ExternalAccessPolicy.objects.get(scope=Scope.USER).federated is False
    assert state()["a@x.fr"][3] == "Tag:New"


def test_a_choice_that_was_not_shown_is_shown_first(alice_client: Client, home: None) -> None:
    make_site("Lyon")
    page = preview(alice_client, f"{UNKNOWN}c@contoso.com,pool.contoso.com,\n")
    form = page.form("Import").fill(make_pools=True, site="Lyon")
    answer = form.send(alice_client)
    assert (answer.status_code, User.objects.count()) == (302, 0)
    again = Page(alice_client.get(answer["Location"]))
    assert again.said == ["Your choice changes what the import does. Look at it again, then import."]
    assert facts(again) == ["2", "0", "0", "1"]


def test_pools_are_made_at_a_site(alice_client: Client, home: None) -> None:
    page = preview(alice_client, f"{UNKNOWN}c@contoso.com,pool.contoso.com,\n")
    answer = Page(page.form("Import").fill(make_pools=True).send(alice_client))
    assert answer.status == 422
    assert "Name the site at which unknown pools are made." in answer.alerts[0]
    assert facts(answer) == ["1", "0", "0", "2"]
    assert not User.objects.exists()


def test_who_may_not_change_pools_and_policies_makes_none() -> None:
    make_site("Lyon")
    client = signed_in(person("dora", Role.USER_ADMINISTRATOR))
    page = preview(client, UNKNOWN)
    upload = Upload.objects.get()
    assert "Show what that changes" not in page.texts("button")
    forged = {"make_pools": "on", "site": "Lyon", "make_policies": "on"}
    client.post(reverse("imports:preview", args=[upload.pk]), forged)
    upload.refresh_from_db()
    assert (upload.site, upload.make_policies) == (None, False)


def test_refused_lines_are_downloaded_without_formulas(alice_client: Client, home: None) -> None:
    text = (
        "SipAddress,DisplayName,Pool\n"
        + "=1+2,x,pool.contoso.com\n" * 30
        + "bob@contoso.com,Bob,pool.contoso.com\n"
    )
    page = preview(alice_client, text)
    assert facts(page) == ["1", "0", "0", "30"]
    assert "and 10 more" in page.text
    response = alice_client.get(page.links["All refused lines as CSV"])
    lines = list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert lines[0] == ["Line", "Reason", "Code"]
    assert len(lines) == 31
    assert lines[1][0] == "2"
    assert lines[1][1].startswith("SIP address “=1+2”: ")
    assert response["Content-Disposition"] == 'attachment; filename="refused.csv"'


@pytest.mark.parametrize(
    "content,sentence",
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04" + b"\0" * 100, "This is a spreadsheet under another name."),
        (b"DisplayName\nAlice\n", "Line 1: No column is headed “SipAddress”."),
        (b'SipAddress\n"alice\n', "Line 2: A quotation mark opens here"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(alice_client: Client, content: bytes, sentence: str) -> None:
    page = preview(alice_client, content)
    assert sentence in page.alerts[0]
    assert "Nothing was changed." in page.alerts[0]
    assert page.links["Upload another file"] == reverse("imports:list")
    assert not Upload.objects.exists()


@override_settings(IMPORT_LIMIT_MB=1)
def test_a_file_beyond_the_limit_is_refused_and_not_kept(alice_client: Client) -> None:
    answer = send(alice_client, b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert "The file is larger than 1 MB." in Page(answer).alerts[0]
    assert not Upload.objects.exists()
    assert send(alice_client, b"x" * (1024 * 1024)).status_code == 302


def test_no_file_is_no_import(alice_client: Client) -> None:
    answer = alice_client.post(reverse("imports:list"))
    assert answer.status_code == 422
    assert "This field is required." in Page(answer).alerts[0]


def test_a_large_file_comes_back_from_its_parts_as_it_was(alice: Administrator, alice_client: Client) -> None:
    content = bytes(range(256)) * 5000
    send(alice_client, content)
    upload = Upload.objects.get()
    assert upload.chunks.count() == 5
    reader = upload.reader()
    assert b"".join(iter(lambda: reader.read(65_536), b"")) == content
    assert (upload.size, reader.place) == (len(content), len(content))


def test_only_its_owner_sees_an_upload(alice_client: Client) -> None:
    send(alice_client, SHELL)
    pk = Upload.objects.get().pk
    other = signed_in(person("eve", Role.ADMINISTRATOR))
    assert other.get(reverse("imports:preview", args=[pk])).status_code == 404
    assert other.get(reverse("imports:refused", args=[pk])).status_code == 404
    for name in ("preview", "confirm", "cancel"):
        assert other.post(reverse(f"imports:{name}", args=[pk])).status_code == 404
    assert Upload.objects.exists()


def test_an_upload_is_kept_half_a_day_and_one_for_each(alice: Administrator, alice_client: Client) -> None:
    send(alice_client, SHELL)
    Upload.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    old = Upload.objects.get().pk
    assert alice_client.get(reverse("imports:preview", args=[old])).status_code == 404
    send(signed_in(person("eve", Role.ADMINISTRATOR)), SHELL)
    assert Upload.objects.get().owner.username == "eve"
    send(alice_client, SHELL)
    send(alice_client, UNKNOWN)
    assert sorted(Upload.objects.values_list("owner__username", flat=True)) == ["alice", "eve"]


def test_cancel_drops_it(alice_client: Client, home: None) -> None:
    page = preview(alice_client, SHELL)
    form = page.form("Cancel")
    form.action = reverse("imports:cancel", args=[Upload.objects.get().pk])
    assert form.send(alice_client)["Location"] == reverse("directory:list")
    assert not Upload.objects.exists()


def test_confirmed_twice_it_is_done_once(alice_client: Client, home: None) -> None:
    form = preview(alice_client, SHELL).form("Import")
    first, second = form.send(alice_client), form.send(alice_client)
    assert "The import is done." in Page(second).text
    assert "This upload was imported already" in Page(first).alerts[0]
    assert AuditEvent.objects.filter(action=Action.IMPORT).count() == 1


def test_what_changed_after_the_preview_is_shown_again(alice_client: Client, home: None) -> None:
    page = preview(alice_client, SHELL)
    make_user("bob@contoso.com", display_name="Bob")
    refused = Page(page.form("Import").send(alice_client))
    assert "The directory changed meanwhile" in refused.alerts[0]
    assert set(state()) == {"bob@contoso.com"}
    again = Page(alice_client.get(refused.links["Look again"]))
    assert facts(again) == ["1", "0", "1", "0"]


def test_the_second_time_there_is_nothing_to_import(alice_client: Client, home: None) -> None:
    Page(preview(alice_client, SHELL).form("Import").send(alice_client))
    page = preview(alice_client, SHELL)
    assert "There is nothing to import" in page.text
    assert "Import" not in page.form("Cancel").buttons


def test_a_forged_upload_is_refused(alice: Administrator) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, BACKEND)
    assert send(client, SHELL).status_code == 403
    assert not Upload.objects.exists()


def test_a_large_file_is_not_taken_by_a_page_that_wants_none(alice_client: Client) -> None:
    file = SimpleUploadedFile("x", b"x" * (3 * 1024 * 1024))
    answer = alice_client.post(reverse("accounts:password"), {"file": file, "old_password": "x"})
    assert answer.status_code == 422
    assert not answer.wsgi_request.FILES


def test_a_large_file_of_somebody_who_is_not_signed_in_is_not_read(client: Client) -> None:
    file = SimpleUploadedFile("x", b"x" * (3 * 1024 * 1024))
    assert client.post(reverse("accounts:login"), {"file": file}).status_code == 413
