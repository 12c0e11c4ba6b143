"""The chain of tests/x509, and what a certificates page is filled with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from controlpanel.audit.actor import Actor
from federation.certificates.services import authorities
from federation.topology import services as topology
from tests.x509.conftest import Chain, chain

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Chain", "chain"]
MAKER = Actor("maker")


@pytest.fixture(autouse=True)
def own_master_key() -> Iterator[None]:
    """Each test makes its master key."""
    settings.MASTER_KEY_FILE.unlink(missing_ok=True)
    yield
    settings.MASTER_KEY_FILE.unlink(missing_ok=True)


@pytest.fixture
def trusted(db: None, chain: Chain) -> Chain:
    """The chain with its root trusted, and contoso.com as our domain."""
    topology.create_domain(domain="contoso.com", actor=MAKER)
    authorities.trust([chain.root.pem], actor=MAKER)
    return chain
