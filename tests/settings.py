"""The panel's settings for tests: nothing of the desk's environment, a state directory that goes away."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

for _name in [name for name in os.environ if name.startswith("PANEL_")]:
    del os.environ[_name]
_state = tempfile.mkdtemp(prefix="panel-tests-")
atexit.register(shutil.rmtree, _state, ignore_errors=True)
os.environ["PANEL_STATE_DIR"] = _state
(Path(_state) / "static").mkdir()

from controlpanel.settings import *  # noqa: E402, F403
from controlpanel.settings import DATABASES, STATE_DIR, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file and not memory, so that two connections are two; never synced, as nothing need survive.
    DATABASES["default"]["TEST"] = {"NAME": str(STATE_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PROBE_LOOPBACK = True  # partners' servers of tests are on this machine
