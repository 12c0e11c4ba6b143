"""Domains to start a test with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from federation.domains import services
from tests.makers import MAKER

if TYPE_CHECKING:
    from federation.domains.models import FederatedDomain


def allow(domain: str = "contoso.com", **values: Any) -> FederatedDomain:
    """An allowed domain."""
    return services.create_domain(domain=domain, kind="allowed", actor=MAKER, **values)


def block(domain: str = "spam.example", **values: Any) -> FederatedDomain:
    """A blocked domain."""
    return services.create_domain(domain=domain, kind="blocked", actor=MAKER, **values)


def allow_many(count: int) -> None:
    """``count`` allowed domains, "d001.example" ..."""
    lines = "\n".join(f"d{number:03}.example" for number in range(1, count + 1))
    services.import_domains(lines.encode(), kind="allowed", actor=MAKER)
