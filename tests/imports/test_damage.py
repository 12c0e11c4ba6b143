"""What the shell and spreadsheets destroyed before is refused with the cure, by each import, and nothing changes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from controlpanel.shell import damage
from controlpanel.shell.damage import Damage
from federation.directory.models import User
from federation.partners.models import Partner
from tests.imports.test_file_kinds import ALLOWED, BLOCKED, PARTNERS, USERS, run, sent, state, written
from tests.makers import make_policy, make_pool, make_user
from tests.pages import Page
from tests.partners.makers import make_partner

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db

# ruff: noqa: E501 # a file has the lines it has

UTF8 = "Letters beyond ASCII became question marks in the export. Export again with -Encoding UTF8."
FOUR = "The shell showed only the first four. Export again with $FormatEnumerationLimit = -1"
LOST = "The export lost this list"
OBJECT = "@{n='ExternalAccessPolicy';e={\"$($_.ExternalAccessPolicy)\"}}"
HEAD = '"SipAddress","DisplayName","RegistrarPool","ExternalAccessPolicy"\r\n'
GOOD = '"sip:dov@contoso.com","Dov","pool.contoso.com",""\r\n'
SHELL = '"Domain","AdditionalDomains","PartnerType","Description"\r\n'
DAMAGED = [
    (USERS, f'{HEAD}{GOOD}"sip:bela@contoso.com","B?la Nagy","pool.contoso.com",""\r\n', UTF8),
    (USERS, f'{HEAD}{GOOD}"sip:bela@contoso.com","?????? ???","pool.contoso.com",""\r\n', UTF8),
    (USERS, f'#TYPE Selected.X\r\n{HEAD}{GOOD}"sip:a@contoso.com","A","pool.contoso.com","Tag:F?d?ration seule"\r\n', UTF8),
    (USERS, f'{HEAD}{GOOD}"sip:a@contoso.com","A","pool.contoso.com","Microsoft.Rtc.Management.ADConnect.Core.UserPolicyDefinition"\r\n', OBJECT),
    (USERS, f'{HEAD}{GOOD}"sip:a@contoso.com","A","pool.contoso.com","Deserialized.Microsoft.Rtc.Management.UserPolicyDefinition"\r\n', OBJECT),
    (USERS, f'{HEAD}{GOOD}"sip:a@contoso.com","A","Microsoft.Rtc.Management.Xds.Pool","x"\r\n', "the name of a type"),
    (USERS, f'{HEAD}{GOOD}"sip:a@contoso.com","System.Object[]","pool.contoso.com","x"\r\n', LOST),
    (USERS, f'{HEAD}{GOOD}"sip:a@contoso.com","@{{Name=A}}","pool.contoso.com","x"\r\n', "the name of a type"),
    (USERS, f'{HEAD}{GOOD}"sip:a@contoso.com","A","pool-in-a-long-na...","x"\r\n', FOUR),
    (PARTNERS, f'{SHELL}"good.example","","",""\r\n"b.example","{{a.x, b.x, c.x, d.x...}}","",""\r\n', FOUR),
    (PARTNERS, f'{SHELL}"b.example","{{a.example, b.x.example, c.example, d.example…}}","",""\r\n', FOUR),
    (PARTNERS, f'{SHELL}"b.example","a.example;c.example;d.example...","",""\r\n', FOUR),
    (PARTNERS, f'{SHELL}"b.example","{{a.example, c.example, d.example, e.example. . .}}","",""\r\n', FOUR),
    (PARTNERS, f'{SHELL}"b.example","","","{{a, b, c, d...}}"\r\n', FOUR),
    (PARTNERS, f'{SHELL}"m?nze-verein.example","","",""\r\n', UTF8),
    (PARTNERS, f'{SHELL}"b.example","","","Contact : Zo? (support)"\r\n', UTF8),
    (PARTNERS, f'{SHELL}"b.example","System.Collections.Generic.List`1[System.String]","",""\r\n', LOST),
    (PARTNERS, f'{SHELL}"b.example","System.String[]","",""\r\n', LOST),
    (PARTNERS, f'{SHELL}"b.example","a.example;Microsoft.Rtc.Management.Xds.Domain","",""\r\n', "the name of a type"),
    (PARTNERS, f'{SHELL}"b.example","","","Microsoft.Rtc.Management.Xds.Text"\r\n', "the name of a type"),
    (PARTNERS, f'{SHELL}"b.example","","","1,23E+10"\r\n', "A spreadsheet shortened this number."),
    (PARTNERS, f'{SHELL}"b.example","","","PrÃ©vu"\r\n', "The letters were read in the wrong encoding"),
    (ALLOWED, '"Domain","ProxyFqdn","Comment"\r\n"a.example","","Zo? (x)"\r\n', UTF8),
    (BLOCKED, '"Domain","ProxyFqdn","Comment"\r\n"a.example","","d?cid?"\r\n', UTF8),
    (ALLOWED, '"Domain","ProxyFqdn","Comment"\r\n"a.example","Microsoft.Rtc.Management.Xds.Fqdn",""\r\n', "the name of a type"),
    (BLOCKED, '"Domain","ProxyFqdn","Comment"\r\n"a.example...","",""\r\n', FOUR),
    (BLOCKED, "{a.example, b.example, c.example, d.example...}\n", FOUR),
    (BLOCKED, "a.example\nb.example\nc.example\nd.example...\n", FOUR),
    (ALLOWED, "Domain;Comment\na.example;cafÃ©\n", "The letters were read in the wrong encoding"),
]  # fmt: skip


@pytest.mark.parametrize("where,text,cure", DAMAGED)
def test_a_damaged_file_changes_nothing_and_is_told_the_cure(
    alice_client: Client, tmp_path: Path, where: str, text: str, cure: str
) -> None:
    make_pool("pool.contoso.com")
    make_user("bela@contoso.com", display_name="Béla Nagy")
    before = state()
    options = ["--make-policies"] if where == USERS else []
    assert cure in run(where, written(tmp_path, "x.csv", text), *options)
    page = sent(alice_client, where, "x.csv", text.encode())
    assert cure in page.text
    assert state() == before


@pytest.mark.parametrize(
    "cell,code",
    [
        ("1,23E+10", "shortened-number"),
        ("3.3612E+10", "shortened-number"),
        ("01-Mar", "date-for-a-name"),
        ("mars-24", "date-for-a-name"),
        ("05/04/2024", "date-for-a-name"),
        ("BÃ©la", "mojibake"),
        ("AndrÃ¡s â€“ Pest", "mojibake"),
        ("Ð˜Ð²Ð°Ð½", "mojibake"),
        ("B?la Nagy", "question-marks"),
    ],
)
def test_a_spreadsheets_damage_changes_no_user(tmp_path: Path, cell: str, code: str) -> None:
    make_user("bela@contoso.com", display_name="Béla Nagy")
    text = f"SIP address;Display name;Department\nbela@contoso.com;{cell};Été\n"
    assert str(run(USERS, written(tmp_path, "x.csv", text), "--json")).count(code) == 1
    assert User.objects.get().display_name == "Béla Nagy"


def test_a_policy_whose_accents_are_lost_is_not_made(tmp_path: Path) -> None:
    make_policy("Fédération seule")
    make_user("bela@contoso.com")
    text = "SIP address;Assigned policy;Department\nbela@contoso.com;F?d?ration seule;Été\n"
    assert UTF8 in run(USERS, written(tmp_path, "x.csv", text), "--make-policies")


def test_what_looks_damaged_and_is_not_is_taken(alice_client: Client, tmp_path: Path) -> None:
    make_pool("pool.contoso.com")
    users = f'{HEAD}"sip:a@contoso.com","Who? Béla (Microsoft.com)","pool.contoso.com",""\r\n'
    run(USERS, written(tmp_path, "x.csv", users))
    assert User.objects.get().display_name == "Who? Béla (Microsoft.com)"
    partners = (
        "Domain,AdditionalDomains,Description\nMicrosoft.com,System.example,And so on ...\n"
        'two.example,,"{x}, 2024-01-01; «\xa0À\xa0» L’ÉTÉ’ „Ä“"\n'
    )
    page = sent(alice_client, PARTNERS, "x.csv", partners.encode())
    assert page.said == ["Partners made: 2, changed: 0, as they were: 0."]


def test_a_cut_list_that_is_pasted_into_a_dialog_is_refused(alice_client: Client) -> None:
    partner = make_partner("quay.example")
    page = Page(alice_client.get(f"/federation/partners/{partner.pk}/"))
    form = page.form("additional").fill(additional="{a.example, b.example, c.example, d.example...}")
    assert FOUR in Page(form.send(alice_client, follow=True)).text
    assert Partner.objects.get().additional_domains == []


def test_a_stored_value_that_looks_damaged_may_stay(tmp_path: Path) -> None:
    make_user("bela@contoso.com", display_name="01-Mar", department="1E+5")
    text = "SIP address;Display name;Department;Enabled\nbela@contoso.com;01-Mar;1E+5;Yes\n"
    out = io.StringIO()
    call_command("import_directory", str(written(tmp_path, "x.csv", text)), stdout=out)
    assert "1 left as they are, 0 refused" in out.getvalue()


LETTERS = st.characters(categories=["Lu", "Ll"], max_codepoint=0x17F, exclude_characters="ªº")


@given(st.text(LETTERS, max_size=20))
def test_letters_that_were_misread_are_found_and_those_read_well_are_not(text: str) -> None:
    misread = "".join(bytes([octet]).decode("cp1252", "ignore") or chr(octet) for octet in text.encode())
    assert damage.of_new(misread) is (None if text.isascii() else Damage.MOJIBAKE)
    assert damage.of_new(text) is None
