"""What an administrator needs on the gateway's machine: the lines for prosody.cfg.lua, and the module."""

from __future__ import annotations

import io
import zipfile
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from federation import gateway

MODULE = "mod_federation_control"
_FOLDER = Path(gateway.__file__).parent / "prosody" / MODULE
_LINES = """\
modules_enabled = {{
    -- ... what you have already, and:
    "tls", "saslauth", "dialback", "federation_control";
}}
modules_disabled = {{ "s2s" }}        -- the module brings it up: without the module no stream comes up
s2s_require_encryption = false      -- both are decided for each partner by its record in the panel
s2s_secure_auth = false
federation_control_url = "{url}"
federation_control_name = "{name}"
federation_control_secret = "{secret}"
gc = {{ mode = "generational", minor_threshold = 3 }}  -- Lua 5.4: a message costs far less processor time
-- To serve the certificate that is assigned in the panel: a folder of Prosody's own, named in both lines.
-- certificates = "/var/lib/prosody/federation-certificates"
-- federation_control_certificates = "/var/lib/prosody/federation-certificates"
"""
#: What stands for a secret that nobody can read again.
UNKNOWN_SECRET = "PUT-THE-SECRET-HERE"  # noqa: S105 # says that it is none


def configuration(name: str, url: str, secret: str = UNKNOWN_SECRET) -> str:
    """The lines for prosody.cfg.lua. None of the values can hold a quote: names, addresses, base64."""
    return _LINES.format(name=name, url=url, secret=secret)


def is_in_clear(url: str) -> bool:
    """Whether the module refuses to ask there, as client.lib.lua says: all but https, and this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return True
    if parts.scheme == "https":
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def module_zip() -> bytes:
    """The module's files in their folder; the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(_FOLDER.glob("*.lua")):
            entry = zipfile.ZipInfo(f"{MODULE}/{path.name}")
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()
