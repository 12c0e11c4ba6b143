"""An authority and a certificate with its key, made once when a test asks first."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.x509.authority import Authority


@cache
def authority() -> Authority:
    """A root of openssl."""
    folder = Path(tempfile.mkdtemp(prefix="authority-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Authority(folder, "Sample Root")


@cache
def leaf_with_key() -> bytes:
    """A certificate for contoso.com and its key, in PEM, issued by that root."""
    leaf, key = authority().issue("DNS:sip.contoso.com", "DNS:contoso.com")
    return leaf + key
