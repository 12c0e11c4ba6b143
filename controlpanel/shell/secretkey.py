"""A secret that the panel makes once and keeps outside git."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

#: Django warns below this.
SHORTEST_SECRET = 50
#: Of a token that somebody may guess at; random ones of this length are not guessed.
SHORTEST_TOKEN = 16


def kept_secret(path: Path) -> str:
    """The secret in ``path``, made with mode 0600 when there is none yet.

    Safe when several processes start at once: the file appears whole or not at all, and the first wins.
    Raises OSError when the folder cannot be written, ValueError when the file is too short to be a secret.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, draft = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w") as file:
            os.fchmod(handle, 0o600)
            file.write(secrets.token_urlsafe(64))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    secret = path.read_text().strip()
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(f"the secret key in {path} is too short; delete the file and a new one is made")
    return secret
