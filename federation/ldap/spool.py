"""What a directory server said, kept in a temporary file until it has said all, and read as often as needed.

So nothing of the panel waits for a network, and a server that stops in the middle changes nothing.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import closing
from typing import TYPE_CHECKING

from controlpanel.shell.delimited import Fault, Record
from federation.intake.rows import RowCode
from federation.topology import names

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from federation.ldap.server import Entry


class Spool:
    """Entries in a file of lines: each its number, its name, and cells, or why it cannot be used."""

    def __init__(self, entries: Generator[Entry, None, None], tell: Callable[[int], None]) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 # __exit__ closes it
        self.count = 0
        #: Addresses that several entries have: nobody can say which one is meant, so none is used.
        self.ambiguous: set[str] = set()
        seen: set[str] = set()
        try:
            with closing(entries):  # whatever happens, the connection is closed now and not some time
                for entry in entries:
                    self.count += 1
                    tell(self.count)
                    self._keep(entry, seen)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def records(self) -> Iterator[Record | Fault]:
        """All entries from the first on, each with its name as ``entry``."""
        self._file.seek(0)
        for line in self._file:
            number, dn, code, values = json.loads(line)
            if code:
                yield Fault(number, RowCode(code), {**values, "entry": dn})
            else:
                yield Record(number, {**values, "entry": dn})

    def _keep(self, entry: Entry, seen: set[str]) -> None:
        record = entry.record
        if isinstance(record, Fault):
            line = [record.line, entry.dn, str(record.code), dict(record.params)]
        else:
            line = [record.line, entry.dn, "", record.cells]
            address = _address(record.cells["address"])
            (self.ambiguous if address in seen else seen).add(address)
        self._file.write(json.dumps(line) + "\n")


def _address(text: str) -> str:
    """As addresses are compared; what is none stands for itself and is refused later."""
    try:
        return str(names.address(text))
    except names.NameRefused:
        return text
