"""One chain for all tests of this room: a root, an authority under it, a certificate for contoso.com."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.x509.authority import Authority

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Chain:
    """Two authorities and what the second one issued; PEM."""

    folder: Path
    root: Authority
    middle: Authority
    leaf: bytes
    key: bytes


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """A root, an intermediate authority, a leaf."""
    folder = tmp_path_factory.mktemp("authorities")
    root = Authority(folder, "Contoso Root")
    middle = Authority(folder, "Contoso Issuing", root)
    leaf, key = middle.issue("DNS:sip.contoso.com", "DNS:contoso.com", "DNS:corp.contoso.com")
    return Chain(folder, root, middle, leaf, key)
