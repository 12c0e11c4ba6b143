"""A database of the first version, filled there by its own services, migrates and goes on working.

The files were dumped at a6fca46: accounts of which two have names that are one from now on, a site, a pool,
a local domain, two partners, four users (two of whom servers read as one), an assigned policy, a gateway, a
certificate request and a dialback secret, sealed under the keys below.
"""

from __future__ import annotations

import gzip
import json
import secrets
import sqlite3
from base64 import b64encode
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import connection

from tests.processes import run

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

pytestmark = [pytest.mark.sql, pytest.mark.django_db(transaction=True)]
KEYS = {
    "PANEL_SECRET_KEY": "upgrade-" * 8,
    "PANEL_MASTER_KEY": b64encode(b"the master key of a test of upgr").decode(),
}
#: What the panel of today says of what it found.
ASKS = """
import json
from django.contrib.auth import authenticate
from django.test import RequestFactory
from controlpanel.audit.models import AuditEvent
from federation.certificates.models import KeyPair
from federation.certificates.services import keys
from federation.directory.models import User
from federation.edge import sealing
from federation.edge.models import XmppGatewayConfiguration
from federation.partners.models import PartnerDomain
names = ["ALICE", "yıldız", "yildiz", "alıce", "straße", "strasse2"]
found = [authenticate(RequestFactory().post("/"), username=name, password="correct horse battery staple")
         for name in names]
dana = User.objects.get(address="dana@contoso.test")
print(json.dumps({
    "accounts": [str(each) if each else None for each in found],
    "recorded": AuditEvent.objects.count() > 20,
    "keys": [bool(keys.opened(pair)) for pair in KeyPair.objects.all()],
    "dialback": bool(sealing.unsealed(XmppGatewayConfiguration.objects.get().sealed_secret)),
    "users": User.objects.count(),
    "policy": str(dana.assignment.policy),
    "partners": sorted(PartnerDomain.objects.values_list("domain", flat=True)),
}))
"""


@contextmanager
def restored(folder: Path) -> Iterator[str]:
    """A database with the rows of then; yields its DATABASE_URL."""
    dump = Path(__file__).parent / f"before.{connection.vendor}.sql.gz"
    script = gzip.decompress(dump.read_bytes()).decode()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(folder / "panel.sqlite3")) as database:
            database.executescript(script)
        yield f"sqlite:///{folder / 'panel.sqlite3'}"
        return
    told, name = connection.settings_dict, f"upgrade_{secrets.token_hex(4)}"
    server = f"postgres://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}"
    with closing(psycopg.connect(f"{server}/{told['NAME']}", autocommit=True)) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            with psycopg.connect(f"{server}/{name}") as database:
                database.execute(script)
            yield f"{server}/{name}"
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_a_database_of_the_first_version_migrates_and_works(tmp_path: Path) -> None:
    with restored(tmp_path) as url:

        def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
            return run(tmp_path, "manage.py", *arguments, DATABASE_URL=url, **KEYS)

        refused = manage("prepare")
        assert refused.returncode == 1
        assert "nothing was changed" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert "straße, strasse\n" in refused.stderr
        assert manage("rename_administrator", "strasse", "strasse2").returncode == 0
        prepared = manage("prepare")
        assert (prepared.returncode, prepared.stderr) == (0, "")
        assert json.loads(manage("shell", "-v0", "-c", ASKS).stdout) == {
            "accounts": ["alice", "Yıldız", "yildiz", None, "straße", "strasse2"],
            "recorded": True,
            "keys": [True],
            "dialback": True,
            "users": 4,
            "policy": "Tag:Closed",
            "partners": ["fabrikam.test", "xn--strae-oqa.test"],
        }
        assert "straße@contoso.test" in manage("check_names").stdout
        checked = manage("gateway_snapshot", "--check")
        assert "are as the data say" in checked.stderr
