"""Passwords that somebody would try first are refused with what to do; others are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from controlpanel.accounts import services
from controlpanel.accounts.models import Administrator
from controlpanel.accounts.validators import SENTENCES
from federation.topology import services as topology
from tests.commands import called
from tests.makers import MAKER

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

FEW = "fewer than 5 different characters"
REPEATED = "repeats one part"
SEQUENCE = "follows the keyboard"
COMMON = "Many people use this password"
NAMES = "a name of the account"
PLACE = "words of the organisation"
REFUSED = {
    "aaaaaaaaaaaa": FEW,
    "121212121212": FEW,
    "abababababab": FEW,
    "!!!!!!!!!!!!!!": FEW,
    "aaaabbbbcccc": FEW,
    "passwordpassword": REPEATED,
    "password-password": REPEATED,
    "Winter!Winter!": REPEATED,
    "horsehorsehorse": REPEATED,
    "1summersummer2": REPEATED,
    "dragon dragon dragon": REPEATED,
    "viola-viola-viola": REPEATED,
    "abcdefghijklmnop": SEQUENCE,
    "qwertyuiopasdfgh": SEQUENCE,
    "zyxwvutsrqponmlk": SEQUENCE,
    "azertyuiopqsdf": SEQUENCE,
    "1234567890qwerty": SEQUENCE,
    "asdfghjkl123456": SEQUENCE,
    "Password123456!": COMMON,
    "!!!iloveyou2024!!!": COMMON,
    "P@ssw0rd20251": COMMON,
    "Dragon-2024-2025": COMMON,
    "2024*football*2025": COMMON,
    "Sunshine#123456": COMMON,
    "--princess--1990": COMMON,
    "Superman99999998": COMMON,
    "viola.marchetti1": NAMES,
    "Viola2026Viola!1": REPEATED,
    "1234viola5678!?": NAMES,
    "Marchetti-2026!": NAMES,
    "marchetti.viola!": NAMES,
    "V10l4-M4rchetti": NAMES,
    "Contoso2026!!": PLACE,
    "contoso-panel-1": PLACE,
    "!!Contoso!!2027": PLACE,
    "Federation2026!": PLACE,
    "ControlPanel123": PLACE,
    "C0nt0s0-4dm1n-2026": PLACE,
    "Prosody-XMPP-2026": PLACE,
    "administrator!1": PLACE,
}
TAKEN = [
    "correct horse battery staple",
    "another horse battery staple",
    "velvet-canyon-umbrella",
    "mossy teapot under bridges",
    "neuf girafes mangent du pain",
    "le chat dort sur le radiateur",
    "élève curieuse à la fenêtre",
    "Tr4in leaves at noon, bring soup",
    "kettle5pigeon7lantern",
    "contoso needs quieter elevators",
    "viola plays trumpet on sundays",
    "my password is a purple walrus",
    "dragonfly over frozen lake",
    "xK9#mQ2$vL7@pR4!",
    "hG7-qW2-zX9-bN4-tY",
    "7f3a9c1e5b8d2f60",
    "Zebra&Quilt&Harbor",
    "summer rain on hot gravel",
    "three blind mice and one cat",
    "umbrella umbrella teapot garden",
    "qwerty is not a nice word here",
    "12 monkeys and 13 oranges",
    "пароль из нескольких слов",
    "夏の夜は涼しい風が吹く川辺",
    "ein langer satz ohne sinn",
    "grüne äpfel fallen leise",
    "una frase larga y rara",
    "frozen orbit maple ledger",
    "postbox-marble-quiver",
    "wobbly lantern 42 seagulls",
    "the admin forgot the biscuits",
    "panel of seven grumpy judges",
    "control tower sees two swans",
    "lunar bicycle repair manual",
    "cinnamon harvest fiddle",
    "Ripe-Apricots-Fall-Early",
    "copper.kites.hum.softly",
    "sixteen candles, no matches",
    "brisk walrus juggling pears",
    "aaah what a lovely morning",
]


@pytest.fixture
def viola(db: None) -> Administrator:
    """An account whose names must not be the password, in an organisation called Contoso."""
    topology.create_domain(domain="contoso.com", actor=MAKER)
    return Administrator(username="viola", display_name="Viola Marchetti", email="v.marchetti@contoso.com")


def test_the_table_is_whole() -> None:
    assert len(REFUSED) == len(TAKEN) == 40


@pytest.mark.parametrize("password", ["Photosynthesis1!", "--Switzerland--", "2026Mediterranean"])
def test_a_single_word_is_refused_whatever_stands_around_it(password: str) -> None:
    with pytest.raises(ValidationError, match=COMMON):
        validate_password(password)


@pytest.mark.parametrize("password, said", REFUSED.items())
def test_what_is_guessed_first_is_refused(viola: Administrator, password: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, viola)
    assert said in " ".join(refused.value.messages)
    with override("fr"):
        french = [str(each) % {"fewest": 5} for each in SENTENCES.values()]
        assert set(french) & set(refused.value.messages)
        assert said not in " ".join(french)


@pytest.mark.parametrize("password", TAKEN)
def test_what_is_not_is_taken(viola: Administrator, password: str) -> None:
    validate_password(password, viola)


@pytest.mark.parametrize("command", ["changepassword", "prepare"])
def test_commands_refuse_it(
    viola: Administrator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    if command == "changepassword":
        services.create_administrator(
            username="viola", password="velvet-canyon-umbrella", roles=[], actor=MAKER
        )
    monkeypatch.setenv("PANEL_ADMIN_PASSWORD", "Contoso2026!!")
    arguments = [command, "viola"] if command == "changepassword" else [command]
    run = called(capsys, *arguments)
    assert run.status == 1
    assert PLACE in run.error


def test_an_account_with_such_a_password_goes_on_signing_in(viola: Administrator, client: Client) -> None:
    viola.set_password("Contoso2026!!")
    viola.username_key = "viola"
    viola.changed_at, viola.changed_by = timezone.now(), MAKER.name
    viola.save()
    answer = client.post("/account/sign-in/", {"username": "viola", "password": "Contoso2026!!"})
    assert answer.status_code == 302


def test_a_page_says_it(alice_client: Client) -> None:
    new = {"old_password": "", "new_password1": "Federation2026!", "new_password2": "Federation2026!"}
    assert PLACE in alice_client.post("/account/password/", new).content.decode()


def test_the_longest_password_is_judged_at_once(viola: Administrator) -> None:
    validate_password("velvet canyon umbrella " * 20_000 + "x", viola)
