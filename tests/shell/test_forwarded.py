"""What headers say of a line and of who asks is believed of a proxy that the settings name, of no other."""

from __future__ import annotations

import http.client
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import pytest
from django.test import RequestFactory

from controlpanel.shell.http import client_address
from tests.processes import run
from tests.replication.conftest import Asker
from tests.replication.test_processes import panel

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

CLAIMS = {
    "X-Forwarded-Proto": "https",
    "x-forwarded-proto": "http",
    "X-Forwarded-Protocol": "ssl",
    "X-Forwarded-Ssl": "on",
    "X-Forwarded-Scheme": "https",
    "X-Forwarded-For": "192.0.2.7",
    "Forwarded": "for=192.0.2.7;proto=https",
    "X-Real-Ip": "192.0.2.7",
    "Via": "1.1 proxy",
}


class Seen(NamedTuple):
    status: int
    headers: dict[str, str]


def ask(port: int, method: str, path: str, body: str = "", **headers: str) -> Seen:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return Seen(answer.status, {name.lower(): value for name, value in answer.getheaders()})
    finally:
        connection.close()


@pytest.mark.sql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("proxies", ["", "0", "1", "2"])
@pytest.mark.parametrize("tls", ["false", "true"])
def test_a_line_is_closed_when_the_proxy_says_so_that_the_settings_name(
    tmp_path: Path, tls: str, proxies: str
) -> None:
    asker = Asker()
    values = {"PANEL_TLS": tls} | ({"PANEL_PROXIES": proxies} if proxies else {})
    done = run(tmp_path / "panel", "manage.py", "collectstatic", "--no-input")
    assert done.returncode == 0, done.stderr
    with panel(tmp_path / "panel", **values) as port:
        body = asker.encoded()
        for name, value in {"": "", **CLAIMS}.items():
            claims = {name: value} if name else {}
            secure = tls == "true" and (name, value) == ("X-Forwarded-Proto", "https")
            page = ask(port, "GET", "/account/sign-in/", **claims)
            sealed = ask(port, "POST", "/gateway/certificate", body, **asker.credentials(), **claims)
            assert ("strict-transport-security" in page.headers) is secure, claims
            if tls == "true" and not secure:
                assert (page.status, sealed.status) == (301, 301), claims
                assert page.headers["location"].startswith("https://")
                continue
            assert page.status == 200
            assert ("secure" in page.headers["set-cookie"].lower()) is secure
            # Over an open line it goes to this machine itself, and to no proxy's client.
            assert sealed.status == (204 if secure or not claims else 421), claims


ADDRESSES = ["192.0.2.7", "2001:db8::1", "127.0.0.1", "nonsense", "fe80::1%eth0", ""]


@pytest.mark.parametrize("proxies", [0, 1, 2, 3])
def test_an_address_is_that_of_the_outermost_proxy_that_is_trusted(settings: Settings, proxies: int) -> None:
    settings.TRUSTED_PROXIES = proxies
    for hops in [[], *product(ADDRESSES, repeat=1), *product(ADDRESSES, repeat=3)]:
        told = {"X-Real-Ip": "192.0.2.66"} | ({"X-Forwarded-For": ", ".join(hops)} if hops else {})
        request = RequestFactory().get("/", headers=told, REMOTE_ADDR="10.0.0.9")
        believed = hops[-proxies] if 0 < proxies <= len(hops) else ""
        right = believed if believed in ADDRESSES[:3] else "10.0.0.9"
        assert client_address(request) == right, hops
