"""Users come out of Get-CsUser's export, a French spreadsheet or our own export as the same rows."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controlpanel.shell.cells import defuse
from controlpanel.shell.delimited import Fault
from controlpanel.shell.text import has_control_characters
from controlpanel.shell.textfile import FileCode, FileRefused
from federation.imports.csvfile import open_users
from federation.intake.rows import RowCode, UserRow, user_rows
from federation.topology import names

ALICE = names.Address("alice", "contoso.com")
BOB = names.Address("bob", "contoso.com")


def rows(text: str, encoding: str = "utf-8") -> list[UserRow | Fault]:
    return list(user_rows(open_users(io.BytesIO(text.encode(encoding))).records))


def only(text: str) -> UserRow | Fault:
    (row,) = rows(text)
    return row


SHELL = (
    '#TYPE Selected.Microsoft.Rtc.Management.ADConnect.Schema.OCSADUser\r\n"SipAddress","DisplayName",'
    '"RegistrarPool","ExternalAccessPolicy"\r\n"sip:Alice@Contoso.com","Alice Élan","POOL01.contoso.com",'
    '"Tag:Partners Lyon"\r\n"sip:bob@contoso.com","Bob","pool01.contoso.com",\r\n'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_the_export_of_the_shell_is_read(encoding: str, delimiter: str) -> None:
    said: dict[str, Any] = {
        "first_name": None,
        "last_name": None,
        "email": None,
        "department": None,
        "enabled": None,
    }
    assert rows(SHELL.replace(",", delimiter), encoding) == [
        UserRow(
            line=3,
            address=ALICE,
            display_name="Alice Élan",
            pool="pool01.contoso.com",
            policy="Partners Lyon",
            **said,
        ),
        UserRow(line=4, address=BOB, display_name="Bob", pool="pool01.contoso.com", policy="", **said),
    ]


def test_the_line_with_the_type_may_be_missing_and_columns_may_stand_anywhere() -> None:
    text = "Enabled\tNom\tPrénom\tService\tAdresse e-mail\tInutile\tAdresse SIP\n"
    table = open_users(
        io.BytesIO(f"{text}Vrai\tElan\tAlice\tIT\ta@contoso.com\tx\talice@contoso.com\n".encode())
    )
    assert table.ignored == ("Inutile",)
    assert list(user_rows(table.records)) == [
        UserRow(2, ALICE, None, "Alice", "Elan", "a@contoso.com", "IT", None, enabled=True, policy=None)
    ]


@pytest.mark.parametrize(
    "headings",
    [
        "Display name,SIP address,Enabled,Registrar pool,Site,Assigned policy,Governing policy",
        "Nom complet,Adresse SIP,Activé,Pool d’inscription,Site,Stratégie attribuée,Stratégie en vigueur",
        "DISPLAY_NAME,sip_address,ENABLED,registrar-pool,site,assigned_policy,governing_policy",
    ],
)
def test_our_own_export_is_read(headings: str) -> None:
    assert only(f"{headings}\nAlice,alice@contoso.com,Oui,pool.contoso.com,Paris,Tag:A,Tag:A\n") == UserRow(
        2, ALICE, "Alice", None, None, None, None, "pool.contoso.com", enabled=True, policy="A"
    )


@pytest.mark.parametrize(
    "value,policy",
    [
        ("", ""),
        ("<Automatic>", ""),
        ("<Automatique>", ""),
        ("Lyon", "Lyon"),
        ("Tag:Lyon", "Lyon"),
        (" TAG: Lyon ", "Lyon"),
        ("A:B", "A:B"),
        ("Tag:", ""),
        ("Globalisation", "Globalisation"),
    ],
)
def test_a_policy_is_named_bare_or_with_its_tag_or_is_automatic(value: str, policy: str) -> None:
    row = only(f"SipAddress,ExternalAccessPolicy\nalice@contoso.com,{value}\n")
    assert isinstance(row, UserRow)
    assert row.policy == policy


@pytest.mark.parametrize(
    "value,enabled",
    [
        ("True", True),
        ("FALSE", False),
        ("Yes", True),
        ("no", False),
        ("Oui", True),
        ("Non", False),
        ("Vrai", True),
        ("FAUX", False),
        ("1", True),
        ("0", False),
        ("", False),
    ],
)
def test_enabled_is_said_in_either_language(value: str, enabled: bool) -> None:
    row = only(f"SipAddress,Enabled,Pool\nalice@contoso.com,{value},\n")
    assert isinstance(row, UserRow)
    assert row.enabled is enabled
    assert row.pool == ""


@pytest.mark.parametrize(
    "line,code,params",
    [
        (",x.contoso.com,", names.Code.EMPTY, {"column": "address", "value": ""}),
        ("alice,,", names.Code.NO_LOCAL, None),
        ("sip:alice@contoso,,", names.Code.SINGLE_LABEL, None),
        (
            "alice@contoso.com,pool 1.contoso.com,",
            names.Code.SPACE,
            {"column": "pool", "value": "pool 1.contoso.com"},
        ),
        ("alice@contoso.com,,perhaps", RowCode.NOT_A_BOOLEAN, {"column": "enabled", "value": "perhaps"}),
        (
            "alice@contoso.com,\x07,",
            RowCode.CONTROL,
            {"column": "pool", "value": "\x07", "codepoint": "U+0007"},
        ),
    ],
)
def test_a_bad_line_is_told_with_its_column(
    line: str, code: object, params: dict[str, object] | None
) -> None:
    found = only(f"SipAddress,RegistrarPool,Enabled\n{line}\n")
    assert isinstance(found, Fault)
    assert (found.line, found.code) == (2, code)
    assert params is None or found.params == params


def test_a_ragged_line_is_told_among_the_users() -> None:
    found = rows("SipAddress,Pool\nalice@contoso.com\nbob@contoso.com,\n")
    assert found[0] == Fault(2, FileCode.RAGGED, {"found": 1, "expected": 2})
    assert isinstance(found[1], UserRow)


@pytest.mark.parametrize("value", ["Global", "global", "Site:Paris", "site: Paris"])
def test_only_user_policies_are_assigned(value: str) -> None:
    found = only(f"SipAddress,Policy\nalice@contoso.com,{value}\n")
    assert isinstance(found, Fault)
    assert found.code is RowCode.NOT_A_USER_POLICY


def test_an_address_that_comes_twice_is_told_with_both_lines() -> None:
    found = rows("SipAddress\nalice@contoso.com\nbob@contoso.com\nsip:ALICE@Contoso.com\n")
    assert [type(row) for row in found] == [UserRow, UserRow, Fault]
    assert found[2] == Fault(
        4, RowCode.DUPLICATE, {"column": "address", "value": "alice@contoso.com", "first": 2}
    )


def test_idna_forms_of_one_address_are_the_same() -> None:
    found = rows("SipAddress\nalice@bücher.example\nalice@XN--BCHER-KVA.example\n")
    assert [row.code for row in found if isinstance(row, Fault)] == [RowCode.DUPLICATE]


def test_a_file_without_addresses_is_refused() -> None:
    with pytest.raises(FileRefused) as refused:
        rows("DisplayName,Enabled\nAlice,True\n")
    assert (refused.value.code, refused.value.params["column"]) == (FileCode.MISSING_COLUMN, "address")


def test_the_rows_before_a_break_come_out_first() -> None:
    broken = io.BytesIO(b'SipAddress,Pool\nalice@contoso.com,\nbob@contoso.com,"x\n')
    found = user_rows(open_users(broken).records)
    assert isinstance(next(found), UserRow)
    with pytest.raises(FileRefused) as refused:
        next(found)
    assert (refused.value.code, refused.value.line) == (FileCode.QUOTING, 3)


NAME = (
    st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffd"), max_size=20)
    .filter(lambda text: not has_control_characters(text))
    .map(lambda text: " ".join(text.split()))
)


@given(NAME, NAME, st.sampled_from([",", ";", "\t"]))
def test_names_come_back_from_our_export_as_they_were(name: str, department: str, delimiter: str) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(["SIP address", "Display name", "Department"])
    writer.writerow(map(defuse, ["alice@contoso.com", name, department]))
    row = only(buffer.getvalue())
    assert isinstance(row, UserRow)
    assert (row.display_name, row.department) == (name, department)
