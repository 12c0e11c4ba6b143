"""Certificates with their keys go out: under a password for other machines, as they are for the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from controlpanel.audit.records import record
from federation.certificates.actions import Action
from federation.certificates.models import Assignment
from federation.certificates.services import keys
from federation.certificates.words import refusals_told
from federation.x509 import exporting

if TYPE_CHECKING:
    from datetime import datetime

    from controlpanel.audit.actor import Actor
    from federation.certificates.models import Certificate


class Format(TextChoices):
    """What an export is."""

    PFX = "pfx", gettext_lazy("PFX (PKCS#12) with key, for Windows and others")
    PEM_KEY = "pem-key", gettext_lazy("PEM with encrypted key")
    PEM = "pem", gettext_lazy("PEM without key: certificate and chain")


class File(NamedTuple):
    """A file to save."""

    name: str
    content: bytes
    content_type: str


@sensitive_variables("password")
@transaction.atomic
def export(row: Certificate, *, form: Format, actor: Actor, password: str = "", reason: str = "") -> File:
    """The certificate and its chain as a file; with the key only under ``password``. Always recorded.

    Raises ValidationError.
    """
    leaf, served = row.facts, row.served
    if form is Format.PEM:
        content = exporting.pem_bundle(leaf, served)
    else:
        try:
            content = _with_key(row, form, password)
        except ValidationError as refusal:
            raise _beside_password(refusal) from None
    record(Action.EXPORT, row, actor=actor, after={"format": form.value}, reason=reason)
    suffix, kind = (
        ("pfx", "application/x-pkcs12") if form is Format.PFX else ("pem", "application/x-pem-file")
    )
    return File(exporting.file_name(leaf, suffix), content, kind)


@sensitive_variables()
def _with_key(row: Certificate, form: Format, password: str) -> bytes:
    key = keys.opened(row.key_pair)
    with refusals_told():
        if form is Format.PFX:
            return exporting.pfx(row.facts, row.served, key, password, row.name)
        return exporting.pem_bundle_with_key(row.facts, row.served, key, password)


def _beside_password(refusal: ValidationError) -> ValidationError:
    if str(getattr(refusal, "code", "")).startswith("password"):
        return ValidationError({"password": refusal.messages})
    return refusal


class Served(NamedTuple):
    """What the XMPP server serves. The key is NOT encrypted: it goes into a file of mode 0600, nowhere else.

    certificate  the row, for its name and its thumbprint (``sha256``, hexadecimal, upper case)
    bundle       PEM: the certificate, then the authorities above it in order, without the root
    key          PEM: the private key in PKCS#8 ("BEGIN PRIVATE KEY"); it belongs to the certificate
    use_from     since when it is the one to serve
    """

    certificate: Certificate
    bundle: bytes
    key: bytes
    use_from: datetime


@sensitive_variables()
def for_gateway(now: datetime) -> Served | None:
    """What the gateway serves at ``now``, an aware moment; None while nothing has been assigned.

    That is the newest assignment whose ``use_from`` is not after ``now``: a planned one comes into force by
    the clock alone, without an event. ``next_change(now)`` says when to ask again; assignments that are made,
    put back or called off are events ``certificates:assignment:*``. An expired certificate is still served.
    Two queries and one decryption; nothing is written.

    Raises ValidationError with a sentence when the key cannot be opened (the master key is missing or another
    one): the gateway should then keep what it serves.
    """
    current = Assignment.objects.in_force(now)
    if current is None:
        return None
    row = current.certificate
    bundle = exporting.pem_bundle(row.facts, row.served)
    return Served(row, bundle, exporting.server_key(keys.opened(row.key_pair)), current.use_from)


def next_change(now: datetime) -> datetime | None:
    """When the next planned certificate comes into force; None when none is planned."""
    planned = Assignment.objects.planned(now).first()
    return planned.use_from if planned else None
