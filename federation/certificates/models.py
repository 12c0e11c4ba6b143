"""The tables of the room: keys, requests, certificates, their use, and the authorities that are trusted.

Certificates are kept as DER, with the facts that lists need copied to columns; private keys only sealed
(federation.x509.vault), each bound to the digest of its public key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.utils.translation import gettext_lazy as _

from controlpanel.audit.models import Recorded
from controlpanel.shell.text import sort_key
from federation.x509 import asn1
from federation.x509.chains import self_issued
from federation.x509.facts import read_certificate
from federation.x509.keys import KeyKind

if TYPE_CHECKING:
    from datetime import datetime

    from federation.x509.facts import Certificate as Facts

LONGEST_NAME = 128
KEY_LABELS = [
    (KeyKind.RSA_2048.value, _("RSA, 2048 bits")),
    (KeyKind.RSA_3072.value, _("RSA, 3072 bits")),
    (KeyKind.RSA_4096.value, _("RSA, 4096 bits")),
    (KeyKind.ECDSA_P256.value, _("ECDSA, P-256")),
    (KeyKind.ECDSA_P384.value, _("ECDSA, P-384")),
]


class KeyPair(models.Model):
    """A private key, sealed. ``record`` is the SHA-256 of its public key, which the seal is bound to."""

    record = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField()

    AUDIT_LABELS = {"keys": _("number of keys")}

    class Meta:
        verbose_name = _("private key")
        verbose_name_plural = _("private keys")
        default_permissions = ()

    def __str__(self) -> str:
        return self.record[:16]


class _Named(Recorded):
    """A friendly name, and a column to sort and search it by."""

    name = models.CharField(_("friendly name"), max_length=LONGEST_NAME)
    name_sort = models.CharField(max_length=2 * LONGEST_NAME, editable=False, db_index=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class RequestQuerySet(models.QuerySet["Request"]):
    """Pending requests as lists ask for them."""

    def matching(self, text: str) -> RequestQuerySet:
        """Requests whose friendly name or names contain ``text``."""
        return self.filter(Q(name_sort__contains=sort_key(text)) | Q(names__contains=text.casefold()))


class Request(_Named):
    """A request that an authority has not answered yet. Its answer, or its cancelling, ends it."""

    key_pair = models.OneToOneField(KeyPair, models.PROTECT, related_name="request", editable=False)
    pem = models.TextField(editable=False)
    gateway = models.CharField(_("gateway FQDN"), max_length=255)
    names = models.TextField(_("names"))  # dNSNames in stored form, one a line
    key_kind = models.CharField(_("key"), max_length=16, choices=KEY_LABELS)
    renews = models.ForeignKey(
        "Certificate", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("renews")
    )

    objects = RequestQuerySet.as_manager()

    AUDITED = ("name", "gateway", "names", "key_kind", "renews")
    PAGE = "certificates:requests-details"

    class Meta:
        verbose_name = _("certificate request")
        verbose_name_plural = _("certificate requests")
        ordering = ("name_sort", "pk")


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Certificates as lists ask for them."""

    def matching(self, text: str) -> CertificateQuerySet:
        """Certificates whose name, names, issuer, serial number or thumbprint contain ``text``."""
        digits = text.replace(":", "").replace(" ", "").upper()
        return self.filter(
            Q(name_sort__contains=sort_key(text))
            | Q(names__contains=text.casefold())
            | Q(issuer__icontains=text)
            | Q(serial__contains=digits)
            | Q(sha1__contains=digits)
            | Q(sha256__contains=digits)
        )

    def listed(self, now: datetime) -> Any:  # a CertificateQuerySet of rows with three attributes more
        """With ``used`` (in force at ``now``), ``planned`` (from when) and ``renewed_by`` (a name)."""
        current = Assignment.objects.filter(use_from__lte=now).order_by("-use_from", "-pk")
        planned = Assignment.objects.filter(certificate=OuterRef("pk"), use_from__gt=now)
        newer = Certificate.objects.filter(renews=OuterRef("pk")).order_by("-not_after", "-pk")
        return self.annotate(
            used=Case(When(pk=Subquery(current.values("certificate")[:1]), then=True), default=False),
            planned=Subquery(planned.order_by("use_from").values("use_from")[:1]),
            renewed_by=Subquery(newer.values("name")[:1]),
        )


class Certificate(_Named):
    """A certificate of the gateway, whose private key is here."""

    der = models.BinaryField(editable=False)
    chain = models.BinaryField(editable=False)  # the authorities above it, in order, DER after DER
    key_pair = models.ForeignKey(KeyPair, models.PROTECT, related_name="certificates", editable=False)
    subject = models.TextField(_("subject"))
    names = models.TextField(_("names"), blank=True)
    issuer = models.TextField(_("issuer"))
    issuer_name = models.CharField(_("issuer"), max_length=255)
    serial = models.CharField(_("serial number"), max_length=64)
    sha256 = models.CharField(_("thumbprint (SHA-256)"), max_length=64)
    sha1 = models.CharField(_("thumbprint (SHA-1)"), max_length=40)
    not_before = models.DateTimeField(_("valid from"))
    not_after = models.DateTimeField(_("valid until"), db_index=True)
    renews = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="renewals", verbose_name=_("renews")
    )
    objects = CertificateQuerySet.as_manager()

    AUDITED = ("name", "names", "issuer", "sha256", "not_before", "not_after", "renews")
    AUDIT_LABELS = {"accepted_warnings": _("accepted warnings"), "format": _("format")}
    PAGE = "certificates:gateway-details"

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ("not_after", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("sha256",),
                name="certificates_certificate_unique",
                violation_error_code="unique",
                violation_error_message=_("This certificate was imported before."),
            ),
            models.CheckConstraint(
                condition=Q(renews=None) | ~Q(renews=F("id")),
                name="certificates_not_its_own_renewal",
                violation_error_message=_("A certificate does not renew itself."),
            ),
        )

    @property
    def facts(self) -> Facts:
        """Everything the certificate says."""
        return read_certificate(bytes(self.der))

    @property
    def steps(self) -> tuple[Facts, ...]:
        """The authorities above it, in order, a root included if it is known."""
        data = bytes(self.chain)
        return tuple(read_certificate(asn1.whole(data, each)) for each in asn1.elements(data))

    @property
    def served(self) -> tuple[Facts, ...]:
        """The authorities to send behind it: all but a root."""
        return tuple(step for step in self.steps if not self_issued(step))


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Assignments by time."""

    def in_force(self, now: datetime) -> Assignment | None:
        """The one that stands at ``now``."""
        return (
            self.filter(use_from__lte=now)
            .select_related("certificate__key_pair")
            .order_by("-use_from", "-pk")
            .first()
        )

    def planned(self, now: datetime) -> AssignmentQuerySet:
        """Those to come, the next one first."""
        return self.filter(use_from__gt=now).select_related("certificate").order_by("use_from", "pk")

    def previous(self, now: datetime) -> Assignment | None:
        """The one that stood before another certificate took over; None when there is none to put back."""
        past = self.filter(use_from__lte=now).select_related("certificate").order_by("-use_from", "-pk")
        current = past.first()
        return past.exclude(certificate=current.certificate_id).first() if current else None


class Assignment(models.Model):
    """The gateway uses ``certificate`` from ``use_from`` until another one takes over. Only added to."""

    certificate = models.ForeignKey(
        Certificate, models.CASCADE, related_name="assignments", verbose_name=_("certificate")
    )
    use_from = models.DateTimeField(_("use from"), db_index=True)
    made_at = models.DateTimeField(_("assigned at"), auto_now_add=True)
    made_by = models.CharField(_("assigned by"), max_length=150)

    objects = AssignmentQuerySet.as_manager()

    AUDITED = ("certificate", "use_from")
    AUDIT_LABELS = {"replaces": _("replaces")}

    class Meta:
        verbose_name = _("assignment to the gateway")
        verbose_name_plural = _("assignments to the gateway")
        ordering = ("-use_from", "-pk")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.certificate)


class AuthorityQuerySet(models.QuerySet["TrustedAuthority"]):
    """Authorities as lists and checks ask for them."""

    def matching(self, text: str) -> AuthorityQuerySet:
        """Authorities whose name, subject or thumbprint contain ``text``."""
        digits = text.replace(":", "").replace(" ", "").upper()
        return self.filter(
            Q(name_sort__contains=sort_key(text)) | Q(subject__icontains=text) | Q(sha256__contains=digits)
        )

    def read(self) -> list[Facts]:
        """What the certificates say."""
        return [read_certificate(bytes(der)) for der in self.values_list("der", flat=True)]


class TrustedAuthority(_Named):
    """An authority whose certificates are believed: a root, or one that stands below it."""

    der = models.BinaryField(editable=False)
    subject = models.TextField(_("subject"))
    sha256 = models.CharField(_("thumbprint (SHA-256)"), max_length=64)
    is_root = models.BooleanField(_("root"))
    not_before = models.DateTimeField(_("valid from"))
    not_after = models.DateTimeField(_("valid until"))

    objects = AuthorityQuerySet.as_manager()

    AUDITED = ("name", "subject", "sha256", "is_root", "not_before", "not_after")
    PAGE = "certificates:authorities-details"

    class Meta:
        verbose_name = _("trusted authority")
        verbose_name_plural = _("trusted authorities")
        ordering = ("name_sort", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("sha256",),
                name="certificates_authority_unique",
                violation_error_code="unique",
                violation_error_message=_("This authority is trusted already."),
            ),
        )

    @property
    def facts(self) -> Facts:
        """Everything the certificate says."""
        return read_certificate(bytes(self.der))
