"""What both commands share: the plan is printed, then done, and whatever stops it leaves nothing."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import OperationalError

from controlpanel.shell.busy import SENTENCE, is_busy
from federation.intake import services, words
from federation.intake.management import report
from federation.intake.management.bar import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from django.core.management.base import BaseCommand, CommandParser

    from federation.intake.plan import Plan

#: Exit statuses besides 0.
SOME_REFUSED, NOTHING_DONE, INTERRUPTED = 1, 2, 130
STATUSES = "Exit status: 0 when every line was used, 1 when some were refused, 2 when nothing was done."


def add_arguments(parser: CommandParser) -> None:
    """The options of both commands."""
    parser.add_argument("--dry-run", action="store_true", help="print what would happen, and stop")
    parser.add_argument("--reason", default="", help="kept in the change log")
    parser.add_argument("--json", action="store_true", help="print the result for programs")


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Turn what stops an import into a sentence and an exit status."""
    try:
        yield
    except services.Overtaken as overtaken:
        raise nothing_done(str(words.OVERTAKEN)) from overtaken
    except ValidationError as refusal:
        raise nothing_done(" ".join(refusal.messages)) from refusal
    except OperationalError as error:
        said = str(SENTENCE) if is_busy(error) else f"The database gave up ({error})."
        raise nothing_done(said) from error
    except KeyboardInterrupt:
        raise CommandError("Interrupted. Nothing was changed.", returncode=INTERRUPTED) from None


def tell(command: BaseCommand, title: str, plan: Plan, options: dict[str, Any]) -> None:
    """Print what would happen."""
    if not options["json"]:
        command.stdout.write(f"{title}: {report.sums(plan)}")
        for line in report.lines(plan):
            command.stdout.write(line)


def act(
    command: BaseCommand, plan: Plan, options: dict[str, Any], work: Callable[[], Generator[int, None, Plan]]
) -> None:
    """Do ``work`` unless it is a dry run, and end with the exit status that the plan deserves."""
    done = plan.changes_something and not options["dry_run"]
    if done:
        watched("Importing", work(), lambda rows: rows / max(plan.numbers.rows, 1))
    if options["json"]:
        command.stdout.write(json.dumps(report.as_json(plan, done=done), ensure_ascii=False))
    else:
        command.stdout.write("Done." if done else "Nothing was changed.")
    if plan.numbers.refused:
        sys.exit(SOME_REFUSED)


def nothing_done(sentence: str) -> CommandError:
    """The end of a command that changed nothing."""
    return CommandError(f"{sentence} Nothing was changed.", returncode=NOTHING_DONE)
