"""Directory servers that cannot be read, or not be trusted: a sentence says why, and nothing is changed."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from controlpanel.audit.models import AuditEvent
from federation.directory.actions import Action
from federation.directory.models import User
from federation.ldap import settings as server_settings
from tests.commands import called
from tests.ldap.authority import Authority
from tests.ldap.liars import Page, cutting, done, entry, liar, listening
from tests.ldap.openldap import running
from tests.postgres import free_port

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands import Run
    from tests.ldap.conftest import Syncing
    from tests.ldap.openldap import OpenLdap

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def nothing_changed(refused: Run, *sentences: str) -> bool:
    assert refused.status == 2, refused
    for sentence in sentences:
        assert sentence in refused.error
    assert refused.error.endswith("Nothing was changed.")
    assert not User.objects.exists()
    return not AuditEvent.objects.filter(action=Action.SYNC).exists()


def test_a_server_that_is_not_there(sync: Syncing) -> None:
    refused = sync(url=f"ldaps://127.0.0.1:{free_port()}")
    assert nothing_changed(refused, "The directory server 127.0.0.1 cannot be reached", "refused")


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_a_certificate_of_an_authority_nobody_knows(
    people: OpenLdap, sync: Syncing, tmp_path: Path, scheme: str
) -> None:
    people.add("alice")
    other = tmp_path / "other.pem"
    other.write_bytes(Authority("Somebody else").pem)
    port = people.tls_port if scheme == "ldaps" else people.port
    refused = sync(url=f"{scheme}://127.0.0.1:{port}", ca_file=str(other))
    assert nothing_changed(refused, "The certificate of the directory server 127.0.0.1 is not trusted: ")


def test_a_certificate_of_another_name(people: OpenLdap, sync: Syncing) -> None:
    refused = sync(url=f"ldaps://localhost:{people.tls_port}")
    assert nothing_changed(
        refused, "is not trusted: Hostname mismatch, certificate is not valid for 'localhost'."
    )


def test_a_server_that_speaks_no_tls(people: OpenLdap, sync: Syncing) -> None:
    refused = sync(url=f"ldaps://127.0.0.1:{people.port}")
    assert nothing_changed(refused, "does not speak TLS as it should")


def test_a_wrong_password(people: OpenLdap, sync: Syncing, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("wrong\n")
    refused = sync(bind_dn="cn=admin,dc=contoso,dc=com", password_file=str(secret))
    assert nothing_changed(refused, "refuses the name or the password (invalidCredentials)")


def test_a_base_that_is_not_there(sync: Syncing) -> None:
    assert nothing_changed(sync(base="ou=Nobody,dc=contoso,dc=com"), "refuses the search (noSuchObject)")


def test_a_filter_that_is_none(sync: Syncing) -> None:
    assert nothing_changed(sync(filter="(mail=*"), "PANEL_LDAP_FILTER is not a filter of LDAP: (mail=*")


def test_a_server_that_gives_only_some(home: None, sync: Syncing) -> None:
    with running(limit="size.soft=2 size.hard=2") as limited:
        for uid in ("alice", "bob", "carol"):
            limited.add(uid)
        refused = sync(url=f"ldap://127.0.0.1:{limited.port}", ca_file=limited.ca_file)
        assert nothing_changed(refused, "refuses the search")


@pytest.mark.parametrize("after", [4_000, 8_000, 16_000])
def test_a_server_that_stops_in_the_middle(people: OpenLdap, sync: Syncing, after: int) -> None:
    for number in range(60):
        people.add(f"user{number}", displayName="x" * 200)
    with cutting(people.tls_port, after) as port:
        refused = sync(url=f"ldaps://127.0.0.1:{port}", page_size="10")
    assert nothing_changed(refused, "The directory server 127.0.0.1 stopped after")


def test_a_server_that_says_nothing(sync: Syncing) -> None:
    def wait(client: socket.socket) -> None:
        while client.recv(1000):
            pass

    with listening(wait) as port:
        refused = sync(url=f"ldaps://127.0.0.1:{port}", timeout="1")
    assert nothing_changed(refused, "The directory server 127.0.0.1", "timed out")


def fresh() -> Callable[[int], Page]:
    numbers = itertools.count()
    return lambda _page: [[entry(f"user{next(numbers)}")], done(b"same")]


@pytest.mark.parametrize(
    "page,sentence",
    [
        pytest.param(fresh(), "its pages never end", id="the same cookie again"),
        pytest.param(lambda page: [done(b"%d" % page)], "its pages never end", id="empty pages without end"),
        pytest.param(
            lambda page: [[entry("alice")], done(b"%d" % page)],
            "the entry “uid=alice” came twice",
            id="the same entry",
        ),
        pytest.param(
            lambda _page: [[entry("alice")], done(None)], "does not say whether more follows", id="no control"
        ),
    ],
)
def test_a_server_that_lies_about_pages(sync: Syncing, page: Callable[[int], Page], sentence: str) -> None:
    with liar(page) as port:
        refused = sync(url=f"ldap://127.0.0.1:{port}", starttls="false")
    assert nothing_changed(refused, "cannot be trusted with pages", sentence)


def test_a_small_server_of_the_test_is_read_when_it_tells_the_truth(sync: Syncing) -> None:
    with liar(lambda page: [[entry(f"user{page}")], done(b"more" if page == 0 else b"")]) as port:
        assert sync(url=f"ldap://127.0.0.1:{port}", starttls="false").status == 0
    assert User.objects.count() == 2


@pytest.mark.parametrize(
    "name,value,sentence",
    [
        ("url", "dc.contoso.com", "PANEL_LDAP_URL is an address such as ldaps://"),
        ("url", "https://dc.contoso.com", "PANEL_LDAP_URL is an address such as ldaps://"),
        ("url", "ldap://dc.contoso.com:x", "PANEL_LDAP_URL is an address such as ldaps://"),
        ("base", "", "PANEL_LDAP_BASE"),
        ("attributes", "{", "PANEL_LDAP_ATTRIBUTES"),
        ("attributes", '{"phone": "x"}', "its columns are address, display_name"),
        ("attributes", '{"address": null}', "Without it nobody can be told apart."),
        ("pool", "pool", "PANEL_LDAP_POOL is the FQDN of a pool"),
        ("page_size", "0", "PANEL_LDAP_PAGE_SIZE"),
        ("timeout", "soon", "PANEL_LDAP_TIMEOUT"),
        ("most_vanishing", "101", "PANEL_LDAP_MOST_VANISHING"),
        ("ca_file", "/nowhere.pem", "/nowhere.pem"),
        ("ca_file", __file__, "PANEL_LDAP_CA_FILE"),
        ("bind_dn", "cn=x", "PANEL_LDAP_BIND_DN needs PANEL_LDAP_PASSWORD_FILE"),
    ],
)
def test_a_setting_that_cannot_work(sync: Syncing, name: str, value: str, sentence: str) -> None:
    refused = sync(**{name: value})
    assert refused.status == 2
    assert sentence in refused.error
    assert "\n" not in refused.error


def test_nothing_crosses_a_network_in_the_clear(sync: Syncing) -> None:
    refused = sync(url="ldap://192.0.2.1", starttls="false")
    assert (refused.status, refused.error) == (
        2,
        "PANEL_LDAP_STARTTLS=false is for a server on this machine only.",
    )


def test_the_help_lists_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    told = called(capsys, "sync_directory", "--help").out
    assert "PANEL_LDAP_URL            ldaps://dc.contoso.com" in told


def test_a_password_is_not_printed_with_the_settings(
    people: OpenLdap, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "password"
    secret.write_text("opensesame\n")
    changed = {"PANEL_LDAP_BIND_DN": "cn=admin", "PANEL_LDAP_PASSWORD_FILE": str(secret)}
    for name, value in {**people.settings, **changed}.items():
        monkeypatch.setenv(name, value)
    settings = server_settings.from_environment()
    assert settings.password == "opensesame"
    assert "opensesame" not in repr(settings)
