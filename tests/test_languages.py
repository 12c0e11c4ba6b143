"""French and English, complete: the catalogue, its typography, and every page in both."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import polib
import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, override, pgettext

from controlpanel.accounts.rights import Role
from federation.directory.models import User
from federation.directory.services import set_enabled
from federation.policies.models import ExternalAccessPolicy
from tests.conftest import person, signed_in
from tests.makers import MAKER, make_policy, make_site, make_site_policy, make_user
from tests.pages import Page, attribute
from tests.people import SIGNED_OUT, client_of
from tests.spoken import texts, told_away
from tests.test_doors import DOORS, address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

ROOT = Path(__file__).resolve().parent.parent
FRENCH = Path("controlpanel/locale/fr/LC_MESSAGES/django.po")


# The catalogue.


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The French file as ``make languages`` would leave it today, made in a copy."""
    copy = tmp_path_factory.mktemp("languages")
    shutil.copy(ROOT / "manage.py", copy)
    for folder in ("controlpanel", "federation", "templates"):
        shutil.copytree(ROOT / folder, copy / folder)
    command = [sys.executable, "manage.py", "languages"]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"PANEL_STATE_DIR": str(copy / "state"), "DJANGO_SETTINGS_MODULE": "controlpanel.settings"}
    made = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return copy / FRENCH


def catalogue(path: Path = ROOT / FRENCH) -> polib.POFile:
    return polib.pofile(str(path))


def words_of(entry: polib.POEntry | polib.MOEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def test_every_sentence_has_a_french_translation(gathered: Path) -> None:
    assert [entry.msgid for entry in catalogue(gathered) if entry.fuzzy or not all(words_of(entry))] == []


def test_the_catalogue_is_what_the_sources_say(gathered: Path) -> None:
    """When this fails, run ``make languages`` and commit what it writes."""
    said = (ROOT / FRENCH).read_text(encoding="utf-8")
    assert gathered.read_text(encoding="utf-8").splitlines() == said.splitlines()


def test_translations_keep_the_placeholders() -> None:
    def holes(text: str) -> list[str]:
        return sorted(re.findall(r"%\(\w+\)[a-z]|\{\w*\}|%[a-z%](?![a-z])", text))

    assert [
        (entry.msgid, words)
        for entry in catalogue()
        for words in words_of(entry)
        if holes(words) != holes(entry.msgid)
    ] == []


def test_a_reader_gets_what_the_catalogue_says() -> None:
    """Compiled, and where Django has a translation of its own, ours."""
    compiled = {(entry.msgctxt, entry.msgid): words_of(entry) for entry in polib.mofile(str(compiled_file()))}
    assert compiled == {(entry.msgctxt, entry.msgid): words_of(entry) for entry in catalogue()}
    with override("fr"):
        for entry in catalogue():
            one, context = entry.msgid, entry.msgctxt
            if not entry.msgid_plural:
                assert (pgettext(context, one) if context else gettext(one)) == entry.msgstr


def compiled_file() -> Path:
    return (ROOT / FRENCH).with_suffix(".mo")


def french() -> Iterator[str]:
    for entry in catalogue():
        for words in words_of(entry):
            yield re.sub(r"<[^>]*>|%\(\w+\)|https?://\S+", "", words)


@pytest.mark.parametrize(
    "is_wrong",
    [
        pytest.param(lambda words: re.search(r"\w'\w", words), id="the apostrophe is ’"),
        pytest.param(lambda words: re.search(r"[\"“”]|\.\.\.", words), id="quotes are « », dots are …"),
        pytest.param(
            lambda words: re.search(r"(?:[^\u00a0\u202f]|^)[;!?»]|[^\u00a0\u202f]:(?:\s|$)", words),
            id="a no-break space before : ; ! ? »",
        ),
        pytest.param(lambda words: re.search(r"«[^\u00a0\u202f]", words), id="a no-break space after «"),
    ],
)
def test_french_is_set_as_french(is_wrong: Callable[[str], object]) -> None:
    assert [words for words in french() if is_wrong(words)] == []


# The pages: what every URL answers to GET, and some states of them.


FOR_PROGRAMS = {"health", "status:module"}
PAGES = [name for name, door in DOORS.items() if door.get and door.get_is == 200 and name not in FOR_PROGRAMS]
STATES: dict[str, tuple[int, Callable[[Client, str], Page]]] = {}
NEW = "/federation/policies/new/user/"


def state(status: int) -> Callable[[Callable[[Client, str], Page]], Callable[[Client, str], Page]]:
    """Name a page in a state: drawn for an administrator's client, in a language; ``status`` proves it."""

    def keep(draw: Callable[[Client, str], Page]) -> Callable[[Client, str], Page]:
        STATES[draw.__name__] = (status, draw)
        return draw

    return keep


def drawn(client: Client, here: str, language: str) -> Page:
    return Page(client.get(here, headers={"accept-language": language}))


def sent(client: Client, here: str, language: str, **data: object) -> Page:
    return Page(client.post(here, data, headers={"accept-language": language}))


@state(200)
def question_before_deleting(client: Client, language: str) -> Page:
    keys = [ExternalAccessPolicy.objects.the_global().pk, make_policy().pk]
    return drawn(client, f"/federation/policies/delete/?row={keys[0]}&row={keys[1]}", language)


@state(422)
def refused_by_the_form(client: Client, language: str) -> Page:
    return sent(client, NEW, language, name="", description="\x07", reason="\x07")


@state(422)
def refused_by_the_service(client: Client, language: str) -> Page:
    return sent(client, NEW, language, name="Sales", xmpp="on", public_av="on")


@state(409)
def both_versions(client: Client, language: str) -> Page:
    here = f"/federation/policies/{make_policy(description='Sales').pk}/"
    return sent(client, here, language, version=0, loaded='{"description": "Support"}', description="Paris")


@state(200)
def list_with_a_message(client: Client, language: str) -> Page:
    assert sent(client, NEW, language, name="Sales").status == 302
    return drawn(client, "/federation/policies/", language)


@state(200)
def home_at_work(client: Client, language: str) -> Page:
    make_policy(federated=True, xmpp=True)
    make_site_policy()
    return drawn(client, "/home/overview/", language)


@state(200)
def a_site_to_pick(client: Client, language: str) -> Page:
    make_site()
    return drawn(client, "/federation/policies/new/site/", language)


@state(200)
def what_assigning_changes(client: Client, language: str) -> Page:
    user = make_user(policy=make_policy())
    return sent(client, "/users/directory/assign/", language, row=user.pk, policy="")


@state(200)
def a_filter_that_names_nothing(client: Client, language: str) -> Page:
    query = "q=Sales&property=site&operator=is&value=Paris&property=enabled&operator=starts&value=1"
    return drawn(client, f"/users/directory/?{query}", language)


@state(200)
def a_user_with_a_past(client: Client, language: str) -> Page:
    user = make_user(policy=make_policy(federated=True), enabled=False)
    set_enabled(User.objects.all(), True, actor=MAKER)
    return drawn(client, f"/users/directory/{user.pk}/", language)


@state(200)
def a_policy_in_use(client: Client, language: str) -> Page:
    make_user(policy=(policy := make_policy()))
    return drawn(client, f"/federation/policies/{policy.pk}/effect/?federated=on", language)


@state(404)
def no_such_page(client: Client, language: str) -> Page:
    return drawn(client, "/nowhere/", language)


@state(403)
def not_for_this_role(_client: Client, language: str) -> Page:
    return drawn(signed_in(person("vera", Role.HELP_DESK)), NEW, language)


@state(200)
def only_to_look_at(_client: Client, language: str) -> Page:
    here = f"/federation/policies/{make_policy().pk}/"
    return drawn(signed_in(person("vera", Role.HELP_DESK)), here, language)


def page(what: str, language: str) -> Page:
    if what in STATES:
        status, draw = STATES[what]
        shown = draw(client_of(Role.ADMINISTRATOR), language)
    else:
        status, door = 200, DOORS[what]
        who = Role.ADMINISTRATOR if Role.ADMINISTRATOR in door.get else SIGNED_OUT
        shown = drawn(client_of(who), address(door), language)
    assert shown.status == status
    return shown


@pytest.mark.django_db
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
@pytest.mark.parametrize("what", [*PAGES, *STATES])
def test_page_speaks_the_language(what: str, language: str) -> None:
    shown = page(what, language)
    pairs = [(entry.msgid, words) for entry in catalogue() if (words := words_of(entry)[0]) != entry.msgid]
    foreign = {english if language == "fr" else french for english, french in pairs} - {"English", "Français"}
    assert sorted(foreign & set(texts(shown.root))) == []
    if whole := shown.all("html"):  # else it is a fragment
        assert attribute(whole[0], "lang") == language
        assert ("Panneau de configuration" if language == "fr" else "Control Panel") in shown.text


@pytest.mark.django_db
@pytest.mark.parametrize("what", [*PAGES, *STATES])
def test_no_word_on_a_page_escapes_translation(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever gettext says is put in brackets; what stands outside of them must be a name or a number."""
    backend = vars(translation)["_trans"]  # where Django's functions ask
    for name in ("gettext", "pgettext", "ngettext", "npgettext"):
        getattr(backend, name)
    monkeypatch.setattr(backend, "gettext", lambda message: f"⟦{message}⟧" if message else "")
    monkeypatch.setattr(backend, "pgettext", lambda _context, message: f"⟦{message}⟧")
    monkeypatch.setattr(backend, "ngettext", lambda one, many, n: f"⟦{one if n == 1 else many}⟧")
    monkeypatch.setattr(backend, "npgettext", lambda _context, one, many, n: f"⟦{one if n == 1 else many}⟧")
    untold = {outside for each in texts(page(what, "en").root) if (outside := told_away(each))}
    assert sorted(untold) == []
