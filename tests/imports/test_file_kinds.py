"""An import takes its own kind of file and refuses any other, by command and by page, naming both."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.directory.models import User
from federation.domains.models import FederatedDomain
from federation.partners.models import Partner
from federation.policies.models import ExternalAccessPolicy
from federation.topology.services import create_domain
from tests.domains.makers import allow, block
from tests.makers import MAKER, make_policy, make_pool, make_user
from tests.pages import Page
from tests.partners.makers import make_partner

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db

# ruff: noqa: E501 # a file has the lines it has

PARTNERS, ALLOWED, BLOCKED, USERS = "import_partners", "allowed", "blocked", "import_directory"
EVERYWHERE = (PARTNERS, ALLOWED, BLOCKED, USERS)
HERE = {
    PARTNERS: "Here partners are imported.",
    ALLOWED: "Here allowed SIP domains are imported.",
    BLOCKED: "Here blocked SIP domains are imported.",
    USERS: "Here users are imported.",
}
TYPE = "#TYPE Microsoft.Rtc.Management.WritableConfig.Settings.Edge."
SCRIPTED = (
    '"Domain","ProxyFqdn","Comment"\r\n"spamville.example",,"asked by legal"\r\n"nuisance.example",,""\r\n'
)
TYPED = f'{TYPE}BlockedDomain\r\n"Identity","Domain","Comment"\r\n"spamville.example","spamville.example","legal"\r\n'
PARTNER = '"Domain","PartnerType","TlsNegotiation"\r\n"quaystone.example","Federated","Required"\r\n'
USER = '"SipAddress","RegistrarPool"\r\n"sip:aline@contoso.com","pool.contoso.com"\r\n'

FORMATTED = '#TYPE Microsoft.PowerShell.Commands.Internal.Format.FormatStartData\r\n"ClassId2e4f51ef21dd47e99d3c952918aff9cd","pageHeaderEntry"\r\n'

#: What a file is called, what stands in it, where it must be refused, and how.
OTHERS = [
    ("blocked.csv", SCRIPTED, (PARTNERS, USERS), "These are blocked SIP domains."),
    ("CsAllowedDomains.csv", SCRIPTED, (PARTNERS, USERS), "These are allowed SIP domains."),
    ("x.csv", SCRIPTED, (PARTNERS, USERS), "These are SIP domains."),
    ("blocked.csv", SCRIPTED, (ALLOWED,), "These are blocked SIP domains."),
    ("CsAllowedDomains.csv", SCRIPTED, (BLOCKED,), "These are allowed SIP domains."),
    ("x.csv", TYPED, (PARTNERS, ALLOWED, USERS), "These are blocked SIP domains."),
    ("x.csv", TYPED.replace("BlockedD", "AllowedD"), (PARTNERS, BLOCKED, USERS), "These are allowed SIP domains."),
    ("x.csv", TYPED.replace("Edge.B", "Edge.B").replace("#TYPE ", "#TYPE Selected."), (PARTNERS, ALLOWED, USERS),
     "These are blocked SIP domains."),
    ("x.csv", TYPED.replace("#TYPE Mi", '"#TYPE Deserialized.Mi').replace("Domain\r\n\"Id", 'Domain";;\r\n"Id', 1),
     (PARTNERS, ALLOWED, USERS), "These are blocked SIP domains."),
    ("blocked.txt", "Domain\r\nspamville.example\r\n", (PARTNERS, ALLOWED), "These are blocked SIP domains."),
    ("Domaines bloqués.csv", "Domaine;ProxyFqdn\nspam.example;\n", (PARTNERS, ALLOWED), "These are blocked SIP domains."),
    ("denylist.csv", "spam.example\n", (ALLOWED,), "These are blocked SIP domains."),
    ("x.csv", "Domaine;Commentaire\nspam.example;\n", (PARTNERS, USERS), "These are SIP domains."),
    ("x.csv", "Domain,Status\nspam.example,Allowed\n", (PARTNERS, USERS), "These are SIP domains."),
    ("partners.csv", PARTNER, (ALLOWED, BLOCKED, USERS), "These are XMPP federated partners."),
    ("users.csv", USER, (PARTNERS, ALLOWED, BLOCKED), "These are users."),
    ("x.csv", '#TYPE Foo.BlockedServer\r\n"Domain"\r\n"spam.example"\r\n', (PARTNERS, ALLOWED), "These are blocked"),
    ("x.csv", '#TYPE Foo.Bar\r\n"Domain"\r\n"spam.example"\r\n', (PARTNERS, ALLOWED, BLOCKED), "The file says that it"),
    ("x.csv", "xmppDomain,remotePort,permission\nspam.example,5269,blocked\n", EVERYWHERE, "These are remote servers"),
    ("x.csv", "Identity,AllowFederatedUsers,AllowOutsideUsers\nGlobal,True,True\n", EVERYWHERE, "Access Edge"),
    ("x.csv", "Identity,EnableFederationAccess\nGlobal,True\n", EVERYWHERE, "These are external access policies."),
    ("x.csv", "Identity,Name,IsDefault\ncontoso.com,contoso.com,True\n", EVERYWHERE, "domains of your own"),
    ("x.csv", "Identity : Global\nDialbackPassphrase : geheim\n", EVERYWHERE, "shows on the screen"),
    ("x.csv", '<Objs Version="1.1.0.1">\n', EVERYWHERE, "This is XML"),
    ("x.csv", '[\n {"Domain": "x.example"}\n]\n', EVERYWHERE, "This is JSON."),
    ("x.csv", "dn: CN=Aline\nmail: a@contoso.com\n", EVERYWHERE, "This is LDIF."),
    ("x.csv", "-----BEGIN CERTIFICATE-----\nMIIB\n", EVERYWHERE, "This is a certificate or a key."),
    ("x.csv", "New-CsXmppAllowedPartner -Domain a.example\n", EVERYWHERE, "This is a script"),
    ("x.csv", f'{FORMATTED}"033e",\r\n', EVERYWHERE, "This went through Format-Table"),
]  # fmt: skip
CASES = [(name, text, where, said) for name, text, places, said in OTHERS for where in places]


def state() -> list[Any]:
    """Everything that an import could have changed."""
    tables = (Partner, FederatedDomain, User, ExternalAccessPolicy)
    return [*(list(table.objects.order_by("pk").values()) for table in tables), AuditEvent.objects.count()]


def run(where: str, path: Path, *options: str) -> str:
    """What the command says, with its refusal."""
    out, err = io.StringIO(), io.StringIO()
    lists = ["--list", where] if where in {ALLOWED, BLOCKED} else []
    name = "import_domains" if lists else where
    try:
        call_command(name, str(path), *lists, *options, stdout=out, stderr=err)
    except (CommandError, SystemExit) as refused:
        err.write(str(refused))
    return out.getvalue() + err.getvalue()


def sent(client: Client, where: str, name: str, content: bytes, **fields: str) -> Page:
    """The page after the file was sent with Import; of users the preview."""
    file = {"file": SimpleUploadedFile(name, content)}
    if where == USERS:
        return Page(client.post(reverse("imports:list"), file, follow=True))
    page = "partnerfiles:list" if where == PARTNERS else "domains:import"
    kind = {} if where == PARTNERS else {"kind": where}
    return Page(client.post(reverse(page), {**file, **kind, **fields}, follow=True))


def written(tmp_path: Path, name: str, text: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("name,text,where,said", CASES)
def test_another_kind_is_refused_with_both_named(
    alice_client: Client, tmp_path: Path, name: str, text: str, where: str, said: str
) -> None:
    make_pool("pool.contoso.com")
    before = state()
    told = run(where, written(tmp_path, name, text))
    assert said in told
    here = (
        HERE[where]
        if "permission" not in text or where in {PARTNERS, USERS}
        else "Here SIP domains are imported."
    )
    assert here in told
    assert "geheim" not in told
    page = sent(alice_client, where, name, text.encode())
    assert said in page.text
    assert here in page.text
    assert state() == before


def test_the_kinds_are_named_in_french(alice_client: Client) -> None:
    alice_client.cookies["django_language"] = "fr"
    page = sent(alice_client, PARTNERS, "x.csv", TYPED.encode())
    assert "Ce sont des domaines SIP bloqués. Ici, on importe des partenaires." in page.text


def test_a_file_goes_where_its_type_says(tmp_path: Path) -> None:
    call_command("import_domains", str(written(tmp_path, "x.csv", TYPED)), stdout=io.StringIO())
    assert list(FederatedDomain.objects.values_list("domain", "kind")) == [("spamville.example", "blocked")]


def test_the_name_alone_has_to_be_confirmed(alice_client: Client, tmp_path: Path) -> None:
    path = written(tmp_path, "CsBlockedDomains.csv", SCRIPTED)
    err = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_domains", str(path), stderr=err)
    assert "The name of the file says on which list" in err.getvalue()
    page = sent(alice_client, "", path.name, SCRIPTED.encode())
    assert "The name of the file says on which list" in page.text
    assert not FederatedDomain.objects.exists()
    sent(alice_client, BLOCKED, path.name, SCRIPTED.encode())
    assert FederatedDomain.objects.filter(kind="blocked").count() == 2


def test_the_name_of_a_file_counts_when_its_text_is_sent_again(alice_client: Client) -> None:
    """After Check the text stands in the page, and a browser sends no file any more."""
    text = "Domain\nspam.example\n"
    page = sent(alice_client, PARTNERS, "blocked.csv", text.encode(), check="1")
    assert page.status == 422
    again = Page(page.form("lines").fill(lines=text).send(alice_client, follow=True))
    assert "These are blocked SIP domains." in again.text
    assert not Partner.objects.exists()


@pytest.mark.parametrize(
    "heading,cell",
    [
        ("permission", "blocked"), ("Permission", "DENY"), ("Action", "reject"), ("Statut", "Bloqué"),
        ("Blocked", "True"), ("Allowed", "False"), ("Autorisé", "non"), ("permission", "whatever"),
        ("x", "blacklisted"), ("Accès", "refusé"), ("Deny", "1"),
    ],
)  # fmt: skip
def test_what_a_column_denies_never_becomes_a_partner_nor_allowed(
    alice_client: Client, tmp_path: Path, heading: str, cell: str
) -> None:
    text = f"Domain;PartnerType;{heading}\ngood.example;;\nspam.example;;{cell}\n"
    run(PARTNERS, written(tmp_path, "x.csv", text))
    page = sent(alice_client, PARTNERS, "x.csv", text.encode())
    assert page.status == 422
    assert not Partner.objects.exists()
    text = f"Domain;{heading}\ngood.example;\nspam.example;{cell}\n"
    sent(alice_client, ALLOWED, "x.csv", text.encode())
    assert not FederatedDomain.objects.filter(domain="spam.example", kind="allowed").exists()


def test_every_column_is_read_or_named(alice_client: Client, tmp_path: Path) -> None:
    make_pool("pool.contoso.com")
    partner = "Domain,PartnerTyp,Zweck\na.example,Federated,x\n"
    domain = "Domain,Comment,Zweck\nb.example,,x\n"
    user = "SipAddress,RegistrarPool,PartnerTyp,Zweck\na@contoso.com,pool.contoso.com,x,x\n"
    for where, text in ((PARTNERS, partner), (ALLOWED, domain), (USERS, user)):
        assert "Zweck" in run(where, written(tmp_path, "x.csv", text), "--dry-run")
        page = sent(alice_client, where, "x.csv", text.encode(), check="1")
        assert "Columns that were not read" in page.text
        assert "Zweck" in page.texts("q")


def test_plans_show_names(alice_client: Client, tmp_path: Path) -> None:
    make_partner("old.example", "gone.example", description="x", tls="optional")
    text = "Domain,AdditionalDomains,Description,TlsNegotiation\nold.example,come.example,y,Optional\n"
    text += "".join(f"new{number}.example,,,Optional\n" for number in range(30))
    for told in (
        run(PARTNERS, written(tmp_path, "x.csv", text), "--dry-run"),
        sent(alice_client, PARTNERS, "x.csv", text.encode(), check="1").text,
    ):
        assert all(name in told for name in ("new0.example", "gone.example", "come.example", "x → y"))
        assert "10 more" in told
    block("worse.example", comment="x")
    page = sent(alice_client, BLOCKED, "x.csv", b"Domain,Comment\nworse.example,y\nbad.example,\n", check="1")
    assert "1 domain is added. bad.example: Blocked" in page.text
    assert "worse.example: Comment: x → y" in page.text


# What is exported, and every other list of the panel.

LISTS = [
    "topology:domains-list", "topology:sites-list", "topology:pools-list", "policies:list", "providers:list",
    "audit:list", "certificates:gateway-list", "status:list", "watch:list",
]  # fmt: skip


@pytest.mark.parametrize("where", EVERYWHERE)
def test_no_other_list_of_the_panel_is_taken(alice_client: Client, tmp_path: Path, where: str) -> None:
    make_user("alice@contoso.com")
    make_policy()
    make_partner("quay.example")
    allow("halyard.example")
    create_domain(domain="contoso.com", actor=MAKER)
    own = {PARTNERS: "partners:list", USERS: "directory:list"}.get(where, "domains:list")
    for language in ("en", "fr"):
        alice_client.cookies["django_language"] = language
        for page in [*LISTS, *({"partners:list", "directory:list", "domains:list"} - {own})]:
            answer: Any = alice_client.get(reverse(page), {"format": "csv"})
            before = state()
            run(where, written(tmp_path, "export.csv", answer.getvalue()))
            assert state() == before, (page, language)


# The files that scripts really write.


@pytest.mark.parametrize("name", ["x.csv", "CsUsers.csv"])
def test_whole_files_are_taken_as_before(alice_client: Client, tmp_path: Path, name: str) -> None:
    make_pool("pool.contoso.com")
    for where, text in ((PARTNERS, PARTNER), (USERS, USER), (ALLOWED, SCRIPTED)):
        path = written(tmp_path, name, text)
        run(where, path)
        before = state()
        run(where, path)
        assert state() == before, "a second run changes nothing"
    assert (Partner.objects.count(), User.objects.count(), FederatedDomain.objects.count()) == (1, 1, 2)
