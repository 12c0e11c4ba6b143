"""Where a file says two things of one, the closed side counts; a name that says partners lists partners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.directory.models import User
from federation.domains.models import FederatedDomain
from federation.partners.models import Partner
from tests.imports.test_file_kinds import ALLOWED, BLOCKED, PARTNERS, USERS, run, sent, written
from tests.makers import make_user

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from tests.imports.conftest import Importing

pytestmark = pytest.mark.django_db

#: Columns that say whether a person is enabled, their cells, and whether all allow it; None: nothing is said.
ENABLED = [
    ("Enabled,msRTCSIP-UserEnabled", "True,False", False),
    ("msRTCSIP-UserEnabled,Enabled", "True,False", False),
    ("Enabled,msRTCSIP-UserEnabled", "True,", False),
    ("Enabled,msRTCSIP-UserEnabled", "True,True", True),
    ("Enabled,userAccountControl", "True,514", False),
    ("Enabled,userAccountControl", "True,66050", False),
    ("Enabled,userAccountControl", "True,512", True),
    ("Enabled,userAccountControl", "False,512", False),
    ("userAccountControl", "514", False),
    ("userAccountControl", "512", None),
    ("msRTCSIP-UserEnabled,userAccountControl", "True,", True),
]


@pytest.mark.parametrize("was", [True, False])
@pytest.mark.parametrize("heads, cells, expected", ENABLED)
def test_all_columns_must_enable_a_person(
    run: Importing, home: None, heads: str, cells: str, expected: bool | None, was: bool
) -> None:
    make_user("was@contoso.com", enabled=was)
    lines = [f"{name}@contoso.com,pool.contoso.com,{cells}\n" for name in ("was", "new")]
    assert run(f"SipAddress,RegistrarPool,{heads}\n{''.join(lines)}").status == 0
    assert User.objects.get(address="was@contoso.com").enabled is (was if expected is None else expected)
    assert User.objects.get(address="new@contoso.com").enabled is bool(expected)


def test_a_number_that_is_none_enables_nobody(run: Importing, home: None) -> None:
    told = run("SipAddress,RegistrarPool,Enabled,userAccountControl\na@contoso.com,pool.contoso.com,True,x\n")
    assert told.status != 0 or not User.objects.exists()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "heading, cell",
    [
        ("Enabled", "False"), ("Active", "no"), ("Activé", "Non"), ("IsEnabled", "0"), ("Disabled", "True"),
        ("Désactivé", "oui"), ("Enabled", "Disabled"), ("Enabled", "désactivée"), ("Suspended", "yes"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", [PARTNERS, ALLOWED])
def test_a_domain_that_is_switched_off_is_not_let_in(
    tmp_path: Path, command: str, heading: str, cell: str
) -> None:
    told = run(command, written(tmp_path, "x.csv", f"Domain,{heading}\nquay.example,{cell}\n"))
    assert f"The column “{heading}” says that this is not permitted." in told
    assert not Partner.objects.exists()
    assert not FederatedDomain.objects.exists()


def test_a_domain_that_is_switched_on_is_taken(tmp_path: Path) -> None:
    text = "Domain,Enabled,Disabled\nquay.example,True,False\nb.example,oui,non\n"
    run(PARTNERS, written(tmp_path, "x.csv", text))
    assert Partner.objects.count() == 2


@pytest.mark.parametrize(
    "heading, cell", [("Disabled", "True"), ("AccountEnabled", "False"), ("Actif", "non")]
)
def test_a_person_who_is_switched_off_by_another_name_is_refused(
    tmp_path: Path, home: None, heading: str, cell: str
) -> None:
    text = f"SipAddress,RegistrarPool,Enabled,{heading}\na@contoso.com,pool.contoso.com,True,{cell}\n"
    told = run(USERS, written(tmp_path, "x.csv", text))
    assert f"The column “{heading}” says that this person is not permitted." in told
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["CsXmppAllowedPartner.csv", "partners.csv", "partenaires XMPP.txt"])
@pytest.mark.parametrize("text", ["Domain\nquay.example\n", "quay.example\n"])
def test_a_name_that_says_partners_is_no_list_of_sip_domains(
    alice_client: Client, tmp_path: Path, name: str, text: str
) -> None:
    for command in (ALLOWED, BLOCKED):
        told = run(command, written(tmp_path, name, text))
        assert "These are XMPP federated partners." in told
        page = sent(alice_client, command, name, text.encode())
        assert "These are XMPP federated partners." in page.text
    assert not FederatedDomain.objects.exists()


@pytest.mark.parametrize(
    "name", ["allowed domains of partners.csv", "xmpp.csv", "departements.csv", "sip.csv"]
)
def test_a_name_that_says_nothing_refuses_nothing(tmp_path: Path, name: str) -> None:
    run(ALLOWED, written(tmp_path, name, "Domain\nquay.example\n"))
    assert FederatedDomain.objects.get().domain == "quay.example"


def test_contents_go_before_a_name(tmp_path: Path) -> None:
    run(ALLOWED, written(tmp_path, "partners.csv", "Domain,Comment\nquay.example,x\n"))
    assert FederatedDomain.objects.get().domain == "quay.example"
    told = run(PARTNERS, written(tmp_path, "partners.csv", "Domain,Comment\nquay.example,x\n"))
    assert "These are SIP domains. Here partners are imported." in told
