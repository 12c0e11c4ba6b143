"""Certificates of the demo, requested as the panel does it and signed by an authority of the demo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from federation.x509 import exporting, reading, requests
from tests.gateway.servers import Authority

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class DemoAuthority(Authority):
    """Signs what a request of the panel asks for."""

    def issue(
        self, folder: Path, file: str, names: Iterable[str], *, days: int = 90, self_signed: bool = False
    ) -> None:
        """Request, sign and read back a certificate for ``names``; write it and its key for a server."""
        first, *others = names
        request = requests.build(requests.Plan(gateway=first, domains=(first, *others)))
        contents = reading.read([self.sign(request.der, days)])
        (certificate,) = contents.certificates
        assert certificate.key.spki == request.public
        (folder / f"{file}.crt").write_bytes(exporting.pem_bundle(certificate, []))
        (folder / f"{file}.key").write_bytes(exporting.server_key(request.key))

    def sign(self, der: bytes, days: int) -> bytes:
        """The certificate (PEM) that a request asks for."""
        request = x509.load_der_x509_csr(der)
        assert request.is_signature_valid
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(
            self.name,
            request.subject,
            request.public_key(),
            x509.random_serial_number(),
            now - timedelta(hours=1),
            now + timedelta(days=days),
        )
        for extension in request.extensions:
            builder = builder.add_extension(extension.value, extension.critical)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)
