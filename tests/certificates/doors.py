"""Doors of the tabs Gateway certificates, Requests and Trusted authorities."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from controlpanel.accounts.rights import Right
from controlpanel.audit.actor import Actor
from federation.certificates.models import Assignment, Certificate
from federation.certificates.services import authorities, importing, requests
from federation.x509.keys import KeyKind
from federation.x509.requests import Plan
from tests.doors import Door
from tests.people import NOBODY, with_right
from tests.x509.samples import authority, leaf_with_key

MAKER = Actor("maker")
SECRETS = with_right(Right.SECRETS)


def a_request() -> list[int]:
    """The key of a request."""
    plan = Plan("sip.contoso.com", key=KeyKind.ECDSA_P256)
    return [requests.create_request(name="sip.contoso.com", plan=plan, actor=MAKER).pk]


def an_authority() -> list[int]:
    """The key of a trusted authority."""
    return [authorities.trust([authority().pem], actor=MAKER)[0].pk]


def a_certificate() -> list[int]:
    """The key of a certificate."""
    row = Certificate.objects.first()
    if row is None:
        found = importing.examine([leaf_with_key(), authority().pem])
        row = importing.import_certificate(found, actor=MAKER, accept_warnings=True, reason="A test")
    return [row.pk]


def a_plan() -> list[int]:
    """The key of an assignment to come."""
    (key,) = a_certificate()
    later = timezone.now() + timedelta(days=1)
    return [Assignment.objects.create(certificate_id=key, use_from=later, made_by="maker").pk]


DOORS = (
    Door("certificates:gateway-list"),
    Door("certificates:gateway-details", args=a_certificate, post=SECRETS, post_is=422),
    # Without the question that is answered it asks.
    Door("certificates:gateway-assign", args=a_certificate, get=SECRETS, post=SECRETS, post_is=409),
    Door("certificates:gateway-export", args=a_certificate, get=SECRETS, post=SECRETS, post_is=422),
    Door("certificates:gateway-import", get=SECRETS, post=SECRETS, post_is=422),
    Door("certificates:gateway-open", get_is=302, query="row=1"),
    Door("certificates:gateway-delete", get=SECRETS, get_is=302, post=SECRETS, post_is=302),
    Door("certificates:gateway-put-back", get=NOBODY, get_is=405, post=SECRETS, post_is=302),
    Door("certificates:gateway-call-off", args=a_plan, get=NOBODY, get_is=405, post=SECRETS, post_is=302),
    Door("certificates:gateway-timeline"),
    Door("certificates:requests-list"),
    Door("certificates:requests-details", args=a_request),
    Door("certificates:requests-download", args=a_request),
    Door("certificates:requests-new", get=SECRETS, post=SECRETS, post_is=422),
    Door("certificates:requests-names", get=NOBODY, get_is=405, post=SECRETS, post_is=200),
    Door("certificates:requests-open", get_is=302, query="row=1"),
    Door("certificates:requests-delete", get=SECRETS, get_is=302, post=SECRETS, post_is=302),
    Door("certificates:authorities-list"),
    Door("certificates:authorities-details", args=an_authority, post=SECRETS, post_is=422),
    Door("certificates:authorities-new", get=SECRETS, post=SECRETS, post_is=422),
    Door("certificates:authorities-open", get_is=302, query="row=1"),
    Door("certificates:authorities-delete", get=SECRETS, get_is=302, post=SECRETS, post_is=302),
)
