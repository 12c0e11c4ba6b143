"""Bring the catalogues up to date with the sources: called by ``make languages``; needs GNU gettext.

Two runs on the same sources write the same bytes: no dates, no line numbers, a fixed order, no guesses.
"""

from __future__ import annotations

import os
from typing import Any

import polib
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.core.management.commands import makemessages

#: Where the strings of the panel are; migrations and commands hold none that a reader sees.
SOURCES = ("controlpanel", "federation", "templates")
IGNORED = ["*/migrations/*", "*/management/*", "*/locale"]


class Merge(makemessages.Command):
    """Django's makemessages on our own folders; a new string stays empty instead of getting a near one's."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def find_files(self, root: str) -> list[Any]:
        """The files of SOURCES."""
        return sorted(file for folder in SOURCES for file in super(Merge, self).find_files(folder))


class Command(BaseCommand):
    """Gather the strings of the sources into controlpanel/locale."""

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Gather, tidy up, and say what still has to be translated."""
        os.chdir(settings.BASE_DIR)
        codes = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        call_command(Merge(), locale=codes, ignore_patterns=IGNORED, add_location="file", verbosity=0)
        for code in codes:
            path = settings.LOCALE_PATHS[0] / code / "LC_MESSAGES" / "django.po"
            catalogue = tidy(polib.pofile(str(path)), code)
            path.write_text(str(catalogue), encoding="utf-8")
            self.stdout.write(f"{code}: {catalogue.percent_translated()} % of {len(catalogue)} strings")


def tidy(catalogue: polib.POFile, code: str) -> polib.POFile:
    """The catalogue without what changes by itself, and without what no source uses."""
    catalogue.metadata = {
        "Project-Id-Version": "Federation Control Panel",
        "Language": code,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": catalogue.metadata["Plural-Forms"],
    }
    used = [entry for entry in catalogue if not entry.obsolete]
    catalogue[:] = sorted(used, key=lambda entry: (entry.msgid.casefold(), entry.msgid, entry.msgctxt or ""))
    return catalogue
