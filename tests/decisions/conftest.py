"""What is asked without a page answers in English, whatever language the last page of another test spoke."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils.translation import override

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """English, until a page speaks."""
    with override("en"):
        yield
