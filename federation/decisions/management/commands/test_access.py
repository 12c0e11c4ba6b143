"""Ask from the command line whether two may talk."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from federation.decisions.enforcement import hindrances
from federation.decisions.facts import Direction, Kind
from federation.decisions.gathering import Question, answer
from federation.decisions.telling import as_json, chain, headline, notes
from federation.topology import names
from federation.topology.words import SENTENCES


class Command(BaseCommand):
    """manage.py test_access LOCAL REMOTE [--inbound] [--kind KIND] [--contact] [--json]."""

    help = (
        "Say whether LOCAL and REMOTE may talk, with every rule on the way. "
        "Exit status: 0 they may, 1 they may not, 2 the question was wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, which way, what, and how to say it."""
        parser.add_argument("local", help="address of a user of ours, such as alice@contoso.com")
        parser.add_argument("remote", help="address outside, such as bob@fabrikam.com")
        parser.add_argument("--inbound", action="store_true", help="from the remote address to ours")
        kinds = [kind.value for kind in Kind]
        parser.add_argument(
            "--kind",
            choices=kinds,
            default=Kind.MESSAGE_CHAT.value,
            metavar="KIND",
            help=f"kind of stanza: {', '.join(kinds)} (default: %(default)s)",
        )
        parser.add_argument("--contact", action="store_true", help="the remote address is a contact already")
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    @no_translations
    def handle(self, *_args: Any, **options: Any) -> None:
        """Answer, and leave with the status that says it."""
        found = answer(
            Question(
                _address(options["local"]),
                _address(options["remote"]),
                Direction.INBOUND if options["inbound"] else Direction.OUTBOUND,
                Kind(options["kind"]),
                options["contact"],
            )
        )
        if options["json"]:
            self.stdout.write(json.dumps(as_json(found), ensure_ascii=False, indent=2))
        else:
            decided = found.decision.decided_by
            self.stdout.write(f"{headline(found)}{f' ({decided.code.value})' if decided else ''}")
            for rule in chain(found, found.decision).rules:
                self.stdout.write(f"  {rule.code.value}: {rule.label}. {rule.sentence}")
            for note in (*notes(found), *(each.sentence for each in hindrances())):
                self.stdout.write(f"  {note}")
        if not found.decision.allowed:
            sys.exit(1)


def _address(text: str) -> names.Address:
    try:
        return names.address_or_domain(text)
    except names.NameRefused as refusal:
        sentence = SENTENCES[refusal.code] % refusal.params
        raise CommandError(f"“{text}”: {sentence}", returncode=2) from refusal
