"""axe finds nothing to mend on the pages of Security: both themes, both languages, a desk and a phone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.utils import timezone

from controlpanel.audit.actor import Actor
from federation.certificates.services import assignments, authorities, importing, requests
from federation.topology import services as topology
from federation.watch.models import Look
from federation.x509.keys import KeyKind
from federation.x509.requests import Plan
from tests.x509.samples import authority

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from controlpanel.accounts.models import Administrator

MAKER = Actor("maker")
HERE = "/security/certificates/"


def fill() -> list[str]:
    """Certificates of every age, a request, an authority, a look; the addresses of all pages."""
    settings.MASTER_KEY_FILE.unlink(missing_ok=True)
    topology.create_domain(domain="contoso.com", actor=MAKER)
    root = authorities.trust([authority().pem], actor=MAKER)[0]
    rows = []
    for days in (200, 20, 3, -10):
        ends = timezone.now() + timedelta(days=days)
        starts = ends - timedelta(days=90)
        leaf, key = authority().issue(
            "DNS:sip.contoso.com",
            "DNS:contoso.com",
            starts=f"{starts:%Y%m%d%H%M%SZ}",
            ends=f"{max(ends, timezone.now() + timedelta(seconds=5)):%Y%m%d%H%M%SZ}",
        )
        found = importing.examine([leaf, key])
        rows.append(
            importing.import_certificate(
                found, name=f"Gateway {days}", actor=MAKER, accept_warnings=True, reason="A test"
            )
        )
    assignments.assign(rows[2], actor=MAKER)
    assignments.assign(rows[1], actor=MAKER)
    assignments.assign(rows[0], use_from=timezone.now() + timedelta(days=120), actor=MAKER)
    plan = Plan("sip.contoso.com", ("contoso.com",), key=KeyKind.ECDSA_P256)
    request = requests.create_request(name="Next", plan=plan, actor=MAKER, renews=rows[1])
    facts = rows[1].facts
    look = Look.objects.create(
        domain="fabrikam.com",
        seen_at=timezone.now(),
        seen_by="maker",
        chain=facts.der,
        sha256=facts.sha256,
        issuer=facts.issuer,
        not_before=facts.not_before,
        not_after=facts.not_after,
        places=[
            {
                "host": "xmpp.fabrikam.com",
                "port": 5269,
                "method": "starttls",
                "address": "192.0.2.1",
                "tls": "TLSv1.3",
                "cipher": "",
                "mechanisms": ["EXTERNAL"],
                "dialback": True,
                "methods": ["dialback-tls", "sasl-tls"],
                "trouble": "",
                "params": {},
            }
        ],
    )
    own = (rows[0].pk, rows[1].pk)
    return [
        "/home/overview/",
        HERE,
        *(f"{HERE}{key}/" for key in own),
        f"{HERE}{own[0]}/assign/",
        f"{HERE}{own[0]}/export/",
        f"{HERE}timeline/",
        f"{HERE}import/",
        f"{HERE}requests/",
        f"{HERE}requests/new/",
        f"{HERE}requests/{request.pk}/",
        f"{HERE}requests/cancel/?row={request.pk}",
        f"{HERE}authorities/",
        f"{HERE}authorities/{root.pk}/",
        f"{HERE}authorities/new/",
        "/security/watch/",
        f"/security/watch/{look.pk}/",
        "/security/watch/new/",
        "/security/watch/calendar/",
    ]


@pytest.mark.parametrize(
    "locale, colour_scheme, width", [("en", "light", 1280), ("fr", "dark", 1280), ("en", "light", 400)]
)
def test_every_page_of_security_is_accessible(
    page: Page,
    alice: Administrator,
    sign_in: Callable[[BrowserContext, Administrator], None],
    assert_accessible: Callable[[Page], None],
    width: int,
) -> None:
    addresses = fill()
    sign_in(page.context, alice)
    page.set_viewport_size({"width": width, "height": 800})
    for address in addresses:
        page.goto(address)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_findings_are_accessible(
    page: Page,
    alice: Administrator,
    sign_in: Callable[[BrowserContext, Administrator], None],
    assert_accessible: Callable[[Page], None],
    provoked: set[int],
) -> None:
    provoked.add(422)
    fill()
    sign_in(page.context, alice)
    leaf, key = authority().issue("DNS:sip.fabrikam.com")
    page.goto(f"{HERE}import/")
    page.locator("textarea").fill((leaf + key).decode())
    page.get_by_role("button", name="Check only").click()
    page.get_by_text("do not cover “contoso.com”").wait_for()
    assert_accessible(page)
    assert "PRIVATE KEY" not in page.content()


def test_a_domain_that_is_not_covered_is_told_while_typing(
    page: Page,
    alice: Administrator,
    sign_in: Callable[[BrowserContext, Administrator], None],
    assert_accessible: Callable[[Page], None],
) -> None:
    fill()
    sign_in(page.context, alice)
    page.goto(f"{HERE}requests/new/")
    told = page.locator("#names-judged")
    assert "would cover" in told.inner_text()
    page.get_by_label("Local XMPP domains").fill("*.contoso.com")
    told.get_by_text("would not cover “contoso.com”").wait_for()
    told.get_by_text("is a wildcard").wait_for()
    assert_accessible(page)
    page.get_by_label("Local XMPP domains").fill("contoso.com")
    told.get_by_text("would cover").wait_for()
    assert told.get_by_text("wildcard").count() == 0
