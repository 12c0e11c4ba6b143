"""Certificates of the demo: an authority that signs what the panel requests, and who answers for fabrikam.

Contoso's way is the product's own: by the panel's services the authority is trusted and the certificate
requested, imported and assigned; the gateway fetches it, and until then shows a self-signed one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from federation.x509 import exporting, reading, requests
from tests.demo.organisation import GATEWAY, MAKER
from tests.gateway.servers import Authority

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from federation.certificates.models import Certificate

OURS = "contoso.test"


class DemoAuthority(Authority):
    """Signs what a request of the panel asks for; fabrikam.test has no panel and asks by itself."""

    def issue(
        self, folder: Path, file: str, names: Iterable[str], *, days: int = 90, self_signed: bool = False
    ) -> None:
        """A certificate for a server to start with; for ours one that no partner believes."""
        first, *others = names
        if first == OURS:
            super().issue(folder, file, [first], days=days, self_signed=True)
            return
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


def assign(authority: DemoAuthority) -> Certificate:
    """Trust the authority, request a certificate, have it signed, import and assign it: our services."""
    from federation.certificates.services import assignments, authorities, importing
    from federation.certificates.services import requests as asking

    authorities.trust([authority.file.read_bytes()], actor=MAKER)
    plan = requests.Plan(gateway=GATEWAY, domains=(OURS,))
    request = asking.create_request(name="Gateway of the demo", plan=plan, actor=MAKER)
    der = x509.load_pem_x509_csr(request.pem.encode()).public_bytes(Encoding.DER)
    found = importing.examine([authority.sign(der, days=90)])
    row = importing.import_certificate(found, actor=MAKER)
    assignments.assign(row, actor=MAKER)
    return row
