"""Files as they should not be: a clear sentence with the place, and nothing half done."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from controlpanel.shell.cells import defuse
from federation.directory.models import User
from federation.intake.rows import LONGEST
from federation.policies.models import ExternalAccessPolicy
from tests.commands import called
from tests.imports.files import SHELL
from tests.makers import make_user
from tests.makers import users_as_they_are as state

if TYPE_CHECKING:
    from pathlib import Path

    from tests.imports.conftest import Importing

pytestmark = pytest.mark.django_db


def xlsx() -> bytes:
    """The first bytes of a spreadsheet that was renamed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


@pytest.mark.parametrize(
    "content,sentence",
    [
        (b"", "The file is empty."),
        (xlsx(), "This is a spreadsheet under another name."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "This is a spreadsheet under another name."),
        (b"SipAddress\nalice\0\n" * 2, "This is not a text file."),
        ("SipAddress,DisplayName\na@contoso.com,Él\n".encode("cp1252"), "Line 2: The text is neither UTF-8"),
        (
            b'SipAddress,DisplayName\na@contoso.com,"Al\nb@contoso.com,x\n',
            "Line 2: A quotation mark opens here",
        ),
        (
            b"DisplayName,Pool\nAlice,x\n",
            "Line 1: No column is headed “SipAddress”. The headings are: DisplayName, Pool",
        ),
        (b"SipAddress,Pool,Pool\n", "Line 1: Two columns are headed “Pool”."),
        (b"SipAddress\n" + b"x" * 200_000, "Line 2: The line is longer than 100000 characters."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_place(
    run: Importing, content: bytes, sentence: str
) -> None:
    refused = run(content)
    assert refused.status == 2
    assert sentence in refused.error
    assert refused.error.endswith("Nothing was changed.")


def test_a_file_that_breaks_after_a_thousand_lines_leaves_none_of_them(run: Importing, home: None) -> None:
    lines = [f"user{number}@contoso.com,pool.contoso.com\n" for number in range(5000)]
    refused = run("SipAddress,Pool\n" + "".join(lines) + '"open\n')
    assert (refused.status, User.objects.count()) == (2, 0)
    assert "Line 5002" in refused.error


@pytest.mark.parametrize(
    "line,reason",
    [
        ("alice@contoso.com,Alice", "The line has 2 cells, and the headings have 4."),
        ("alice@contoso.com,Alice,a,b,c", "The line has 5 cells, and the headings have 4."),
        (",Alice,,", "SIP address: The cell is empty."),
        ("alice,Alice,,", "SIP address “alice”: Type the whole address"),
        ("al ice@contoso.com,Alice,,", "SIP address “al ice@contoso.com”: Take the space out of the name."),
        (
            "alice@contoso.com,Ali\u202ece,,",
            "Display name “Ali\u202ece”: Take the hidden character U+202E out of it.",
        ),
        (f"alice@contoso.com,{'A' * 257},,", "It is longer than 256 characters."),
        ("alice@contoso.com,Alice,nobody,", "E-mail “nobody”: This is not an e-mail address."),
        ("alice@contoso.com,Alice,,Perhaps", "Enabled “perhaps”: Write True or False."),
        ("alice@contoso.com,Alice,,", "Registrar pool: A new user needs a pool, and none is named."),
    ],
)
def test_a_line_that_cannot_be_used_is_told_and_the_others_are_used(
    run: Importing, home: None, line: str, reason: str
) -> None:
    make_user("bob@contoso.com", display_name="Robert")
    refused = run(f"SipAddress,DisplayName,Mail,Enabled\nbob@contoso.com,Bob,,\n{line}\n")
    assert refused.status == 1
    assert "line 3: " in refused.out
    assert reason in refused.out
    assert {address: row[0] for address, row in state().items()} == {"bob@contoso.com": "Bob"}


def test_of_two_lines_with_one_address_the_first_is_used(run: Importing, home: None) -> None:
    refused = run(SHELL + '"sip:ALICE@Contoso.com","Malice","pool.contoso.com",""\r\n')
    assert refused.status == 1
    assert "line 5: SIP address “alice@contoso.com”: The address came before, in line 3." in refused.out
    assert state()["alice@contoso.com"][0] == "Alice Élan"


@pytest.mark.parametrize("name", ["=1+2", "+33 1", "-x", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_a_formula_is_a_name_and_comes_back_from_an_export_as_it_was(
    run: Importing, home: None, name: str
) -> None:
    assert run(f"SipAddress,DisplayName,Pool\nalice@contoso.com,{name},pool.contoso.com\n").status == 0
    assert (
        run(f"SipAddress,DisplayName,Pool\nalice@contoso.com,{defuse(name)},pool.contoso.com\n").status == 0
    )
    assert (User.objects.get().display_name, User.objects.get().version) == (name, 1)


@pytest.mark.parametrize("policy", ["Global", "Site:Paris"])
def test_only_user_policies_are_assigned(run: Importing, home: None, policy: str) -> None:
    refused = run(f"SipAddress,Pool,Policy\nalice@contoso.com,pool.contoso.com,{policy}\n")
    assert (refused.status, User.objects.count()) == (1, 0)
    assert "Only user policies are assigned" in refused.out


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused = called(capsys, "import_directory", str(tmp_path / "none.csv"))
    assert refused.status == 2
    assert refused.error.endswith("none.csv cannot be read: No such file or directory. Nothing was changed.")


def test_what_lines_may_hold_is_what_the_tables_hold() -> None:
    fields = {name: User._meta.get_field(name) for name in LONGEST if name != "policy"}
    fields["policy"] = ExternalAccessPolicy._meta.get_field("name")
    assert {name: getattr(field, "max_length", None) for name, field in fields.items()} == LONGEST


def test_a_wide_name_fits_its_sort_column_too(run: Importing, home: None) -> None:
    wide = "\ufdfa" * 100  # one character that sorts as eighteen
    headings = "SipAddress,DisplayName,FirstName,LastName,Pool"
    text = f"{headings}\nalice@contoso.com,{wide},{wide},{wide},pool.contoso.com\n"
    assert run(text).status == 0
    assert User.objects.get().first_name == wide
