"""An authority made by openssl, a tool independent of the panel, and what else it makes for these tests."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = """
[ca]
default_ca = it
[it]
database = {folder}/index
new_certs_dir = {folder}
certificate = {folder}/authority.pem
private_key = {folder}/authority.key
rand_serial = yes
unique_subject = no
copy_extensions = copy
policy = anything
default_md = sha256
[anything]
commonName = optional
organizationName = optional
organizationalUnitName = optional
localityName = optional
stateOrProvinceName = optional
countryName = optional
"""
AUTHORITY = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
IDENTIFIERS = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
LEAF = IDENTIFIERS + (
    "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n"
)
P256 = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    """Run openssl; its output, or an AssertionError with what it complained of."""
    done = subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=False)
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout


def accepts(*arguments: str, given: bytes = b"") -> bool:
    """Whether openssl is content."""
    done = subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=False)
    return done.returncode == 0


class Authority:
    """A root, or under ``issuer`` an intermediate authority; everything in PEM."""

    def __init__(
        self,
        folder: Path,
        name: str,
        issuer: Authority | None = None,
        *,
        extensions: str = AUTHORITY + IDENTIFIERS,
        key: tuple[str, ...] = P256,
        starts: str = "20190101000000Z",
        ends: str = "20900101000000Z",
        digest: str = "sha256",
    ) -> None:
        self.folder = folder / name.replace(" ", "-")
        self.folder.mkdir()
        self.name = name
        self.file("index", b"")
        self.file("configuration", CONFIGURATION.format(folder=self.folder).encode())
        self.request, self.key = make_request(self.folder, f"/O=Contoso/CN={name}", key=key)
        self.file("authority.key", self.key)
        signer = issuer or self
        self.pem = signer.sign(
            self.request,
            extensions=extensions,
            starts=starts,
            ends=ends,
            digest=digest,
            alone=issuer is None,
        )
        self.file("authority.pem", self.pem)

    def file(self, name: str, contents: bytes) -> str:
        """Write a file of the authority; its path."""
        path = self.folder / name
        path.write_bytes(contents)
        return str(path)

    def sign(
        self,
        request: bytes,
        *,
        extensions: str = LEAF,
        starts: str = "20200101000000Z",
        ends: str = "20890101000000Z",
        digest: str = "sha256",
        alone: bool = False,
    ) -> bytes:
        """The certificate for a request, in PEM. The names the request asks for are kept."""
        command = ["ca", "-batch", "-notext", "-preserveDN", "-config", str(self.folder / "configuration")]
        command += ["-startdate", starts, "-enddate", ends, "-md", digest]
        command += [
            "-in",
            self.file("request", request),
            "-extfile",
            self.file("extensions", extensions.encode()),
        ]
        return openssl(*command, *(["-selfsign"] if alone else []))

    def issue(
        self,
        *names: str,
        subject: str = "/CN=sip.contoso.com",
        extensions: str = LEAF,
        key: tuple[str, ...] = P256,
        starts: str = "20200101000000Z",
        ends: str = "20890101000000Z",
        digest: str = "sha256",
    ) -> tuple[bytes, bytes]:
        """A certificate for alternative names such as ``DNS:contoso.com``, and its key, in PEM."""
        request, secret = make_request(self.folder, subject, key=key)
        if names:
            extensions += "subjectAltName=@alt\n[alt]\n" + "".join(
                f"{kind}.{number}={value}\n"
                for number, (kind, _colon, value) in enumerate(name.partition(":") for name in names)
            )
        return self.sign(request, extensions=extensions, starts=starts, ends=ends, digest=digest), secret


def make_request(folder: Path, subject: str, *, key: tuple[str, ...] = P256) -> tuple[bytes, bytes]:
    """A request and its key, not encrypted, in PEM."""
    path = folder / "made.key"
    request = openssl("req", "-new", *key, "-nodes", "-keyout", str(path), "-subj", subject, "-utf8")
    return request, path.read_bytes()


def der(pem: bytes) -> bytes:
    """The first certificate of a PEM file in DER, by openssl."""
    return openssl("x509", "-outform", "DER", given=pem)
