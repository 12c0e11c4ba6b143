"""A new master key, while others go on asking for certificates and using them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from controlpanel.audit.records import record
from federation.certificates.actions import Action
from federation.certificates.models import KeyPair
from federation.certificates.services import keys
from federation.certificates.words import refusals_told
from federation.x509 import masterkey, vault

if TYPE_CHECKING:
    from controlpanel.audit.actor import Actor


@sensitive_variables()
def rotate_master_key(*, actor: Actor, reason: str = "") -> int:
    """Put a new master key in force and wrap every key under it; returns how many there are.

    A crash at any step loses nothing: until the end the file holds the former key too. With the key in the
    environment, put the new one in front there first; this wraps under it. Raises ValidationError.
    """
    with refusals_told():
        count = _wrapped(actor=actor, reason=reason)
        retired()
    return count


@sensitive_variables()
@transaction.atomic
def _wrapped(*, actor: Actor, reason: str) -> int:
    """Make the new master key and wrap under it; whoever seals meanwhile waits, and takes the new one."""
    keys.hold()
    keys.keyring()  # so that there is a file
    if not settings.MASTER_KEY:
        masterkey.replace(settings.MASTER_KEY_FILE)
    ring, count, changed = keys.keyring(), 0, False
    for kind in keys.kinds:
        rows = kind.rows()
        for pk, record_name, former in rows.select_for_update().values_list("pk", kind.record, kind.sealed):
            wrapped = vault.rewrap(bytes(former), keyring=ring, record=record_name, purpose=kind.purpose)
            rows.filter(pk=pk).update(**{kind.sealed: wrapped})
            count, changed = count + 1, changed or wrapped != bytes(former)
    if settings.MASTER_KEY and not changed:
        raise ValidationError(
            _(
                "Nothing was replaced: every key is under the first key of PANEL_MASTER_KEY already. "
                "Put a new one in front of it, start the panel again, and then replace the master key."
            )
        )
    record(
        Action.ROTATE,
        None,
        actor=actor,
        name=_("Master key %(id)s") % {"id": ring.current.id},
        object_type=KeyPair._meta.label_lower,
        after={"keys": count},
        reason=reason,
    )
    return count


@sensitive_variables()
@transaction.atomic
def retired() -> None:
    """Drop the former master keys from the file, once it is sure that nothing needs them."""
    keys.hold()
    current = keys.keyring().current
    for kind in keys.kinds:
        for sealed in kind.rows().values_list(kind.sealed, flat=True):
            if vault.sealed_under(bytes(sealed)) != current.id:
                raise ValidationError(
                    _("A key is still sealed under a former master key. Rotate the master key again.")
                )
    if not settings.MASTER_KEY:
        masterkey.retire(settings.MASTER_KEY_FILE)
