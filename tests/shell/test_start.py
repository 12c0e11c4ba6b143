"""A process of the panel is ready before its first visitor."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from tests.conftest import PASSWORD
from tests.postgres import free_port
from tests.processes import ROOT, environment, run
from tests.realpanel import Visitor
from tests.waiting import until


def test_the_code_of_every_page_is_read_at_the_start(tmp_path: Path) -> None:
    ask = "import sys, controlpanel.wsgi; print('federation.partners.views' in sys.modules)"
    answer = run(tmp_path, "-c", ask)
    assert answer.stdout.strip() == "True", answer.stderr


def children(process: int) -> list[int]:
    """The processes that this one started."""
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def test_the_first_password_does_not_stay_with_the_web_server(tmp_path: Path) -> None:
    """Nor are the panel's own notes about static files served."""
    port = free_port()
    values = {"PANEL_ADMIN_PASSWORD": PASSWORD, "PANEL_PORT": str(port), "PANEL_SECRET_KEY": "k" * 60}
    # What is installed stays as it is.
    command = ["make", "--old-file=.venv/.installed", "--old-file=requirements.txt", "run"]
    log = (tmp_path / "log").open("w")
    make = subprocess.Popen(
        command, cwd=ROOT, env=environment(tmp_path, **values), stdout=log, stderr=log, start_new_session=True
    )
    try:
        visitor = Visitor(port)
        assert visitor.page("/account/sign-in/").status == 200
        until(lambda: [each for server in children(make.pid) for each in children(server)])
        (server,) = children(make.pid)
        for process in (server, *children(server)):
            found = Path(f"/proc/{process}/environ").read_bytes()
            assert b"PANEL_SECRET_KEY" in found
            assert b"PANEL_ADMIN_PASSWORD" not in found
            assert PASSWORD.encode() not in found
        visitor.sign_in_as("admin", PASSWORD)
        for name in (".collected", "staticfiles.json", "static-collected", "%2ecollected", "../secret-key"):
            assert visitor.get(f"/static/{name}").status_code == 404, name
    finally:
        os.killpg(make.pid, signal.SIGTERM)
        make.wait(30)
        log.close()
