"""A trusted chain, and certificates of ours that end when a test wants."""

from __future__ import annotations

from tests.certificates.conftest import own_master_key, trusted
from tests.x509.conftest import Chain, chain

__all__ = ["Chain", "chain", "own_master_key", "trusted"]
