"""A real nginx in front of a panel, as an organisation may run it."""

from __future__ import annotations

import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: It passes bodies on as they come, and uses its connections to the panel for whoever comes next.
_STREAMING = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors warn;
events {{ worker_connections 256; }}
http {{
    access_log off; keepalive_timeout 0; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
    fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    upstream panel {{ server 127.0.0.1:{panel}; keepalive 4; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://panel; proxy_http_version 1.1; proxy_request_buffering off;
            proxy_set_header Connection ""; proxy_set_header Host $host;
        }}
    }}
}}
"""


@contextmanager
def streaming_proxy(folder: Path, panel: int) -> Iterator[int]:
    """Nginx with ``proxy_request_buffering off`` and ``keepalive`` before the panel on that port; its own."""
    port = free_port()
    folder.mkdir(parents=True)
    (folder / "nginx.conf").write_text(_STREAMING.format(folder=folder, panel=panel, port=port))
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"])
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "errors").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(30)
