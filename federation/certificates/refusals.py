"""A sentence for everything that federation.x509 refuses to read, to make or to open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from federation.x509.findings import Refusal

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

REFUSALS: dict[Refusal, _StrPromise] = {
    # Files.
    Refusal.EMPTY: _("There is nothing in it."),
    Refusal.TOO_LARGE: _(
        "The files are larger than %(limit)s bytes together. Certificates are much smaller."
    ),
    Refusal.TOO_MANY_FILES: _("These are more than %(limit)s files."),
    Refusal.TOO_MANY_CERTIFICATES: _("There are more than %(limit)s certificates in it."),
    Refusal.TOO_MUCH_WORK: _(
        "Opening it is too much work: its password is protected in a way that would keep the panel busy. "
        "Export it again with the usual settings."
    ),
    Refusal.BUSY: _("The panel is opening other files at the moment. Try again in a few seconds."),
    Refusal.NOT_RECOGNISED: _(
        "This is neither a certificate nor a container of certificates (PEM, DER, PKCS#7, PFX)."
    ),
    Refusal.PEM_DAMAGED: _(
        "The text is damaged: a block %(label)s does not end as it begins, or not all of it was copied."
    ),
    Refusal.CERTIFICATE_MALFORMED: _("A certificate in it is damaged and cannot be read."),
    Refusal.CONTAINER_MALFORMED: _("The PKCS#7 container is damaged and cannot be read."),
    Refusal.KEY_MALFORMED: _("The private key is damaged and cannot be read."),
    Refusal.KEY_KIND_REFUSED: _(
        "The private key is of a kind that XMPP servers do not take. Use RSA, or ECDSA on P-256 or P-384."
    ),
    Refusal.KEY_CIPHER_UNKNOWN: _(
        "The private key is encrypted in a way that is not known here. Export it again, with AES."
    ),
    Refusal.PASSWORD_NEEDED: _("The private key is encrypted. Type its password."),
    Refusal.PASSWORD_WRONG: _("The password does not open it."),
    Refusal.SEVERAL_KEYS: _("There is more than one private key in it. Give the one of the certificate."),
    Refusal.NO_CERTIFICATE: _("There is no certificate in it."),
    Refusal.REQUEST_INSTEAD: _(
        "This is the request, not the answer to it. Import the certificate that the authority made from it."
    ),
    Refusal.PUBLIC_KEY_INSTEAD: _("This is a public key, not a certificate."),
    Refusal.DISTRUSTED: _(
        "The file says that this certificate is not to be trusted: OpenSSL marked it as rejected."
    ),
    Refusal.REVOCATION_LIST_INSTEAD: _("This is a revocation list, not a certificate."),
    Refusal.SEVERAL_LEAVES: _(
        "It is not clear which certificate is meant: %(count)s of them could be the server’s. Give one, with "
        "the authorities above it."
    ),
    Refusal.KEY_WITHOUT_CERTIFICATE: _("There is a private key in it but no certificate."),
    # Requests and exports.
    Refusal.PLAN_REFUSED: _("The request cannot be made as it is (%(codes)s)."),
    Refusal.PASSWORD_SHORT: _(
        "The password needs %(least)s characters: it is all that protects the key in the file."
    ),
    Refusal.PASSWORD_LONG: _(
        "The password is longer than %(limit)s bytes, which no program opens. An accented letter counts "
        "twice."
    ),
    Refusal.PASSWORD_CHARACTER: _("The password has a character that is no text. Type another one."),
    # The vault.
    Refusal.MASTER_KEY_MISSING: _(
        "The master key is missing (%(where)s), so private keys cannot be used. Put the file back from its "
        "copy."
    ),
    Refusal.MASTER_KEY_MALFORMED: _(
        "The master key (%(where)s) is not 32 bytes in base64 or hexadecimal. Put it back from its copy."
    ),
    Refusal.MASTER_KEY_EXPOSED: _(
        "Others may read the master key (%(where)s has mode %(mode)s). Nothing was done with it: give the "
        "file mode 0600, then replace the key."
    ),
    Refusal.MASTER_KEY_UNREADABLE: _("The master key (%(where)s) cannot be read: %(why)s."),
    Refusal.MASTER_KEY_UNWRITABLE: _("The master key (%(where)s) cannot be written: %(why)s."),
    Refusal.MASTER_KEY_CHANGED: _(
        "The private key was sealed under the master key %(sealed_under)s, and only %(present)s is here. Put "
        "the former master key back from its copy."
    ),
    Refusal.SEALED_DAMAGED: _(
        "The private key was changed in the database or belongs to another record, so it is not used. "
        "Restore it from a copy of the database, or request a new certificate."
    ),
}
