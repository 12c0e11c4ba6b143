"""Where the panel does not connect, in whatever form an address is written."""

from __future__ import annotations

import ast
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.x509.outgoing import Allowed, Kind, refused
from tests.processes import ROOT

REFUSED = {
    Kind.LOOPBACK: ["127.0.0.1", "127.0.0.9", "127.255.255.255", "::1"],
    Kind.LINK_LOCAL: ["169.254.0.1", "169.254.169.254", "fe80::1", "febf:ffff::1"],
    Kind.MULTICAST: ["224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::101"],
    Kind.UNSPECIFIED: ["0.0.0.0", "0.0.0.1", "0.255.255.255", "::"],
    Kind.BROADCAST: ["255.255.255.255"],
    Kind.RESERVED: ["240.0.0.1", "255.255.255.254"],
}
PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "fc00::1",
    "fd12::1",
    "fec0::1",
]
PUBLIC = [
    "192.0.2.7",
    "8.8.8.8",
    "128.0.0.1",
    "172.32.0.1",
    "100.128.0.1",
    "2001:db8::1",
    "2a00:1450::1",
    "64:ff9b::808:808",
]
V4 = [(kind, text) for kind, several in REFUSED.items() for text in several if "." in text]


def hidden(text: str) -> list[str]:
    """The forms of IPv6 in which an IPv4 address travels."""
    octets = IPv4Address(text).packed
    flipped = bytes(each ^ 255 for each in octets)
    forms = [
        bytes(10) + b"\xff\xff" + octets,  # mapped
        bytes(8) + b"\xff\xff\0\0" + octets,  # translated
        b"\x20\x02" + octets + bytes(10),  # 6to4
        b"\x20\x01\0\0" + bytes([192, 0, 2, 1]) + bytes(4) + flipped,  # Teredo: the client
        b"\x20\x01\0\0" + octets + bytes(4) + bytes([63, 255, 253, 248]),  # and the server
        bytes.fromhex("0064ff9b") + bytes(8) + octets,  # NAT64
        bytes.fromhex("0064ff9b0001") + bytes(6) + octets,
        bytes.fromhex("0064ff9b0001") + octets[:2] + b"\0" + octets[2:] + bytes(5),
        bytes.fromhex("20010db8") + bytes(4) + b"\0\0\x5e\xfe" + octets,  # ISATAP
    ]
    if IPv4Address(text) not in {IPv4Address(0), IPv4Address(1)}:  # those are :: and ::1
        forms.append(bytes(12) + octets)  # compatible
    return [str(IPv6Address(form)) for form in forms]


@pytest.mark.parametrize("kind", REFUSED)
def test_these_are_refused_whatever_is_allowed(kind: Kind) -> None:
    for text in REFUSED[kind]:
        assert refused(text, Allowed()) is kind, text
        assert refused(text, Allowed(private=False)) is kind, text
        assert (refused(text, Allowed(loopback=True)) is None) is (kind is Kind.LOOPBACK), text


@pytest.mark.parametrize("kind, text", V4)
def test_they_are_refused_inside_an_address_of_ipv6(kind: Kind, text: str) -> None:
    for form in hidden(text):
        # What reads as 0.0.0.0/8 at one place of a prefix of one's own may be the rest of another form.
        if form.startswith("64:ff9b:1:") and kind is Kind.UNSPECIFIED:
            continue
        assert refused(form, Allowed()) is not None, form


def test_private_networks_are_refused_when_the_setting_says_so() -> None:
    for text in PRIVATE:
        assert refused(text, Allowed()) is None, text
        assert refused(text, Allowed(private=False)) is Kind.PRIVATE, text
        for form in hidden(text) if "." in text else ():
            assert refused(form, Allowed(private=False)) is not None, form


def test_public_addresses_are_connected_to() -> None:
    for text in [*PUBLIC, *hidden("8.8.8.8")]:
        assert refused(text, Allowed(private=False)) is None, text


@given(st.ip_addresses())
def test_every_address_has_an_answer(address: IPv4Address | IPv6Address) -> None:
    assert refused(str(address), Allowed()) in {None, *Kind}


#: What opens a connection, and who may: to a name of the settings, or through outgoing.py.
OPENS = {
    "create_connection",
    "open_connection",
    "urlopen",
    "HTTPConnection",
    "HTTPSConnection",
    "connect_ex",
    "sock_connect",
}
MAY = {"federation/x509/outgoing.py"}


def test_nothing_else_opens_a_connection_to_where_data_say() -> None:
    """Settings name the directory server, whose referrals are not followed, and the mail server."""
    found = {
        str(path.relative_to(ROOT))
        for top in ("federation", "controlpanel")
        for path in (ROOT / top).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "attr", "") in OPENS or getattr(node.func, "id", "") in OPENS)
    }
    assert found == MAY
    assert "auto_referrals=False" in Path(ROOT / "federation/ldap/server.py").read_text(encoding="utf-8")
