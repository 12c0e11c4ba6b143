"""The one place where ``cryptography``'s failures become ours. Pure Python."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.utils import CryptographyDeprecationWarning

from federation.x509.findings import Refusal, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

_FAILURES = (
    ValueError,
    TypeError,  # a text type that a name of this kind may not have
    OverflowError,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


@contextmanager
def refused_as(
    code: Refusal, *, unsupported: Refusal | None = None, passing: type[Exception] | None = None
) -> Iterator[None]:
    """Turn what the library raises about given octets into Refused(``code``).

    ``unsupported``: the code when the library says that it does not know an algorithm; else ``code`` too.
    ``passing``: an exception that has a meaning and is let through.
    """
    try:
        with warnings.catch_warnings():
            # Serials that are not positive are warned of; checking.py tells them.
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            yield
    except Refused:
        raise
    except Exception as failure:
        if passing is not None and isinstance(failure, passing):
            raise
        if isinstance(failure, UnsupportedAlgorithm):
            raise Refused(unsupported or code) from None
        if isinstance(failure, _FAILURES):
            raise Refused(code) from None
        raise
    except BaseException as failure:
        # A failed assertion in the library's compiled part is no Exception, and its class cannot be imported.
        if type(failure).__name__ == "PanicException":
            raise Refused(code) from None
        raise
