"""Import from CSV: a dry run first, all or nothing, and a sentence for each bad line."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.partners.models import Partner, PartnerDomain
from tests.pages import Page, attribute, text_of
from tests.partners.makers import make_partner, make_partners

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db

# ruff: noqa: E501 # a CSV file has the lines it has

SHELL = """#TYPE Microsoft.Rtc.Management.WritableConfig.Settings.XmppFederation.XmppAllowedPartner#Decorated
"Identity","Domain","AdditionalDomains","Description","ProxyFqdn","PartnerType","TlsNegotiation","SaslNegotiation","SupportDialbackNegotiation","EnableKeepAlive","ConnectionLimit"
"gmail.com","gmail.com","","Google Talk","","PublicUnverified","NotSupported","NotSupported","True","False",""
"fabrikam.com","fabrikam.com","{research.fabrikam2.com, bücher.example}","","xmpp.fabrikam.com","Federated","Required","Optional","True","True","20"
"""
FRENCH = """Domaine principal;Autres domaines;Type de partenaire;Négociation TLS;Négociation SASL;Négociation de rappel
gmail.com;;Public non vérifié;Non pris en charge;Non pris en charge;Oui
fabrikam.com;research.fabrikam2.com; Fédéré ;Obligatoire;Facultatif;Vrai
"""
BAD = """Domain,AdditionalDomains,PartnerType,TlsNegotiation,SaslNegotiation,SupportDialbackNegotiation,ConnectionLimit
a.com,System.Collections.Generic.List`1[System.String],,,,,
b.com,good.com;x_y.com;http://z.com,,,,,
c.com,,Fedrated,,,,
d.com,,,NotSupported,Required,True,
e.com,,,,,,0
E.com,,,,,,
f.com,dup.com,,,,,
g.com,dup.com,,,,,
h.com,taken.com,,,,,
i.com,,,,,perhaps,
j com,,,,,,
k.com,x
"""
FAULTS = {
    2: "The export lost this list: it prints the name of its type. Join the domains with semicolons first.",
    3: "The character “_” (U+005F) cannot stand in a domain name.",
    4: "“Fedrated”: Write Federated, PublicVerified or PublicUnverified.",
    5: "SASL must have TLS support.",
    6: "“0”: Write a whole number from 1 to 10000, or nothing.",
    7: "“E.com”: It stands on line 6 already.",
    9: "“dup.com”: It belongs to the partner f.com already.",
    10: "“taken.com”: It belongs to the partner owner.com already.",
    11: "“perhaps”: Write True or False.",
    12: "“j com”: Take the space out of the name.",
    13: "The line has 2 cells, and the first line has 7.",
}


def sent(client: Client, text: str, button: str = "", *, as_file: bool = True) -> Page:
    """The page after the file, or its text, was sent with Import or with "Check only"."""
    body: dict[str, Any] = {button: "1"} if button else {}
    body |= {"file": SimpleUploadedFile("partners.csv", text.encode())} if as_file else {"lines": text}
    return Page(client.post(reverse("partnerfiles:list"), body, follow=True))


def run(tmp_path: Path, text: str, *options: str) -> tuple[str, str]:
    """What the command says on both of its channels."""
    file = tmp_path / "partners.csv"
    file.write_text(text, encoding="utf-8")
    out, err = StringIO(), StringIO()
    call_command("import_partners", str(file), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize("text", [SHELL, FRENCH], ids=["shell", "french"])
def test_a_file_of_the_shell_and_a_french_one_make_the_same_partners(alice_client: Client, text: str) -> None:
    page = sent(alice_client, text)
    assert page.said == ["Partners made: 2, changed: 0, as they were: 0."]
    gmail, fabrikam = Partner.objects.order_by("-domain")
    assert (gmail.domain, gmail.type, gmail.tls, gmail.sasl, gmail.dialback) == (
        "gmail.com",
        "public-unverified",
        "not-supported",
        "not-supported",
        True,
    )
    assert "research.fabrikam2.com" in fabrikam.additional_domains
    assert (fabrikam.type, fabrikam.sasl) == ("federated", "optional")


def test_one_event_holds_every_partner_of_the_file(alice_client: Client) -> None:
    sent(alice_client, SHELL)
    event = AuditEvent.objects.get(action="partners:partners:import")
    assert (event.members_count, event.actor_name) == (2, "alice")
    member = event.members.get(object_name="fabrikam.com")
    assert "bücher.example" in member.after
    partner = Partner.objects.get(domain="fabrikam.com")
    page = Page(alice_client.get(reverse("partners:details", args=[partner.pk])))
    assert "XMPP partners imported" in page.text


def test_a_dry_run_says_what_would_be_and_does_nothing(alice_client: Client) -> None:
    make_partner("gmail.com")
    page = sent(alice_client, SHELL, "check")
    assert "1 partner is made." in page.text
    assert "1 partner is changed." in page.text
    assert Partner.objects.count() == 1
    again = Page(page.form("lines").send(alice_client, follow=True))
    assert again.status in {200, 422}  # the text of the file is in the page and can be sent from there


@pytest.mark.parametrize("as_file", [True, False])
def test_every_bad_line_is_named_and_nothing_is_imported(alice_client: Client, as_file: bool) -> None:
    make_partner("owner.com", "taken.com")
    page = sent(alice_client, BAD, as_file=as_file)
    assert page.status == 422
    told = [item for item in page.texts("li") if item.startswith("Line ")]
    for line, sentence in FAULTS.items():
        assert any(item.startswith(f"Line {line}: ") and sentence in item for item in told), line
    assert any("“http://z.com”" in item for item in told)
    assert len(told) == len(FAULTS) + 1
    assert Partner.objects.count() == 1


def test_what_the_file_does_not_say_stays(alice_client: Client) -> None:
    partner = make_partner("gmail.com", "a.com", description="Google Talk", keep_alive=False)
    sent(alice_client, "Domain,PartnerType\ngmail.com,Federated\n")
    now = Partner.objects.get(pk=partner.pk)
    assert (now.type, now.description, now.keep_alive) == ("federated", "Google Talk", False)
    assert (now.additional_domains, now.version) == (["a.com"], 2)


def test_domains_move_between_partners_of_one_file(alice_client: Client) -> None:
    make_partner("one.com", "a.com")
    make_partner("two.com", "b.com")
    page = sent(alice_client, "Domain,AdditionalDomains\none.com,b.com\ntwo.com,a.com\n")
    assert page.said == ["Partners made: 0, changed: 2, as they were: 0."]
    assert Partner.objects.get(domain="one.com").additional_domains == ["b.com"]


def test_what_was_exported_is_imported_as_it_is(alice_client: Client) -> None:
    make_partner(
        "fabrikam.com", "a.com", "bücher.example", type="federated", connection_limit=7, tls="optional"
    )
    make_partner("bücher.com", proxy="xmpp.fabrikam.com", keep_alive=False, description="=1+1")
    for language in ("en", "fr"):
        alice_client.cookies["django_language"] = language
        answer: Any = alice_client.get(reverse("partners:list"), {"format": "csv"})
        text = answer.getvalue().decode("utf-8-sig")
        alice_client.cookies["django_language"] = "en"
        page = sent(alice_client, text)
        assert page.said == ["Partners made: 0, changed: 0, as they were: 2."]


def test_a_warned_choice_is_imported_and_told(alice_client: Client, tmp_path: Path) -> None:
    page = sent(alice_client, "Domain\nfabrikam.com\n", "check")
    assert "Dialback never happens while both TLS and SASL are required." in page.text
    out, err = run(tmp_path, "Domain\nfabrikam.com\n")
    assert "warning: “fabrikam.com”: Dialback never happens" in err
    assert out.startswith("1 partners were made")


def test_the_command_names_every_bad_line_and_fails(tmp_path: Path) -> None:
    make_partner("owner.com", "taken.com")
    with pytest.raises(CommandError, match=r"12 faults\. Nothing was imported\."):
        run(tmp_path, BAD)
    assert Partner.objects.count() == 1


def test_the_command_has_a_dry_run(tmp_path: Path) -> None:
    out, _err = run(tmp_path, SHELL, "--dry-run")
    first, *named = out.splitlines()
    assert first == "2 partners would be made and 0 changed; 0 are as the file says already."
    assert "  fabrikam.com: Additional domains: research.fabrikam2.com, bücher.example" in named
    assert named[-1] == "Columns that were not read: Identity."
    assert not Partner.objects.exists()
    run(tmp_path, SHELL, "--reason", "Migration")
    assert AuditEvent.objects.get(action="partners:partners:import").reason == "Migration"


@pytest.mark.parametrize(
    "text,sentence",
    [
        ("", "Choose a file, or type or paste a list."),
        ("Name,Type\nx,y\n", "The column “domain” is missing. The first line has: Name, Type."),
        ("Domain,Domain\na.com,b.com\n", "The column “Domain” is there twice."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(
    alice_client: Client, text: str, sentence: str
) -> None:
    page = sent(alice_client, text, as_file=False)
    assert page.status == 422
    assert sentence in page.text


def test_a_large_file_takes_few_queries(alice_client: Client, django_assert_max_num_queries: Any) -> None:
    make_partners(50, domains=2)
    rows = "".join(f"new{number}.example,a{number}.org;b{number}.org\n" for number in range(2000))
    with django_assert_max_num_queries(150):
        sent(alice_client, f"Domain,AdditionalDomains\n{rows}partner1.example,only.org\n")
    assert PartnerDomain.objects.filter(is_primary=False).count() == 2000 * 2 + 49 * 2 + 1


def test_the_page_stands_under_the_tab_of_the_partners(alice_client: Client) -> None:
    page = Page(alice_client.get(reverse("partnerfiles:list")))
    tabs = [text_of(link) for link in page.all("a") if attribute(link, "aria-current") == "page"]
    assert tabs[-1] == "XMPP Federated Partners"
