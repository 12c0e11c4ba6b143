"""An import between its two pages: what was uploaded, sealed under the master key, kept in the page itself.

Warnings are shown before anything is stored, and a browser does not send a chosen file twice. The page holds
only ciphertext, which opens for the same administrator for an hour.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from federation.certificates.services.keys import keyring
from federation.certificates.words import refusals_told
from federation.x509 import vault

if TYPE_CHECKING:
    from collections.abc import Sequence

PURPOSE = "import-draft"
SECONDS = 3600


class Draft(NamedTuple):
    """What was uploaded."""

    files: list[bytes]
    password: str


@sensitive_variables()
def packed(files: Sequence[bytes], password: str, *, owner: str) -> str:
    """The upload as text for a hidden field. Raises ValidationError without a master key."""
    data = {
        "at": timezone.now().timestamp(),
        "files": [base64.b64encode(each).decode("ascii") for each in files],
        "password": password,
    }
    with refusals_told():
        sealed = vault.seal(json.dumps(data).encode(), keyring=keyring(), record=owner, purpose=PURPOSE)
    return base64.b64encode(sealed).decode("ascii")


@sensitive_variables()
def unpacked(text: str, *, owner: str) -> Draft | None:
    """The upload again; None when it is not of this administrator, too old or changed."""
    try:
        sealed = base64.b64decode(text, validate=True)
        data = json.loads(vault.unseal(sealed, keyring=keyring(), record=owner, purpose=PURPOSE))
    except (binascii.Error, ValueError):  # Refused is a ValueError
        return None
    if timezone.now().timestamp() - data["at"] > SECONDS:
        return None
    return Draft([base64.b64decode(each) for each in data["files"]], data["password"])
