"""Topology > Status in a browser: what gateways report, adding one, and how far a commit got."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from federation.edge import services as edge
from federation.gateway.models import Gateway, Refusal, Stream
from federation.gateway.secret import token
from federation.partners import services as partners
from federation.replication import services
from tests.makers import MAKER, global_policy, make_site
from tests.replication.conftest import Asker
from tests.status.test_alarms import errors
from tests.status.test_status import make_gateway, of

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from controlpanel.accounts.models import Administrator

STATUS = "/topology/status/"
#: Milliseconds for the message bar, which asks every other second once it warns.
LONG = 20_000


@pytest.fixture
def desk(page: Page, alice: Administrator, sign_in: Callable[[BrowserContext, Administrator], None]) -> Page:
    """Alice at the panel."""
    sign_in(page.context, alice)
    return page


def asks(gateway: Asker) -> None:
    """The gateway takes what there is, and says that it has it."""
    while gateway.ask(report={"status": "live", "server": "Prosody 0.12.3"}) != 204:
        pass


def commit(page: Page) -> None:
    """Tick a box of the Global policy."""
    page.goto(f"/federation/policies/{global_policy().pk}/")
    page.get_by_label("Enable communications with federated users", exact=True).check()
    page.get_by_role("button", name="Commit", exact=True).click()
    expect(page.locator(".msg-success")).to_contain_text("In force on", timeout=LONG)
    page.evaluate("window.notLoadedAgain = true")


def test_the_message_bar_goes_on_until_the_commit_is_in_force_everywhere(desk: Page) -> None:
    gateways = [Asker("xmpp1.contoso.test"), Asker("xmpp2.contoso.test")]
    for each in gateways:
        asks(each)
    commit(desk)
    bar = desk.locator(".msg-success")
    expect(bar).to_contain_text("In force on 0 of 2 gateways …", timeout=LONG)
    asks(gateways[0])
    expect(bar).to_contain_text("In force on 1 of 2 gateways …", timeout=LONG)
    expect(bar.get_by_role("link", name="behind: xmpp2.contoso.test")).to_be_visible(timeout=LONG)
    asks(gateways[1])
    everywhere = re.compile(r"In force on 2 of 2 gateways after \d+\.\d s\.")
    expect(bar).to_contain_text(everywhere, timeout=LONG)
    expect(bar.get_by_role("link")).to_have_count(0)
    assert desk.evaluate("window.notLoadedAgain")


def test_the_message_bar_tells_of_an_error_with_which_no_rules_hold(desk: Page) -> None:
    gateway = Asker()
    asks(gateway)
    commit(desk)
    while gateway.ask(report={"status": "live", "alarms": errors("s2s-not-owned")}) != 204:
        pass
    warning = desk.locator(".msg-success").get_by_role("link")
    expect(warning).to_have_text("not in force, for an error: xmpp1.contoso.test")
    warning.click()
    row = desk.get_by_role("row").filter(has_text="xmpp1.contoso.test")
    expect(row).to_contain_text("Not in force")
    expect(row).to_contain_text("modules_disabled lacks “s2s”")


def test_a_gateway_is_added_in_three_steps_and_its_secret_shown_once(desk: Page) -> None:
    make_site("Paris")
    desk.goto(STATUS)
    desk.get_by_role("link", name="New", exact=True).first.click()
    desk.get_by_role("textbox", name="Name (FQDN)").fill("xmpp1.contoso.test")
    desk.get_by_label("Site", exact=True).fill("Par")
    expect(desk.locator("#values-site option")).to_have_count(1)
    desk.get_by_label("Site", exact=True).fill("Paris")
    desk.get_by_role("button", name="Commit", exact=True).click()
    expect(desk.get_by_role("heading", level=2)).to_contain_text("three steps on its machine")
    expect(desk.locator("ol > li")).to_have_count(3)
    found = re.search(r'federation_control_secret = "([^"]+)"', desk.locator("pre").inner_text())
    assert found
    assert Gateway.objects.get().is_token(token(found[1]))
    with desk.expect_download() as download:
        desk.get_by_role("link", name="Module for Prosody").click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        assert "mod_federation_control/mod_federation_control.lua" in archive.namelist()
    desk.get_by_role("link", name="To the list of gateways").click()
    expect(desk.get_by_role("row").filter(has_text="xmpp1.contoso.test")).to_contain_text("Never reported")
    desk.get_by_role("link", name="xmpp1.contoso.test").click()
    assert found[1] not in desk.content()


def test_from_the_list_to_a_refusal_to_the_rule_that_decided(desk: Page) -> None:
    partners.create_partner(
        domain="fabrikam.test", additional=["a.fabrikam.test"], type="federated", actor=MAKER
    )
    edge.change_access(federation=True, actor=MAKER)
    gateway = make_gateway(**of(services.publish()))
    common = {"gateway": gateway, "local": "contoso.test", "direction": "outbound", "since": timezone.now()}
    Stream.objects.create(**common, remote="a.fabrikam.test", method="sasl-tls", tls="TLSv1.3")
    Stream.objects.create(**common, remote="evil.test", method="dialback-tcp")
    told = {"gateway": gateway, "at": timezone.now(), "direction": "inbound", "kind": "message-chat"}
    addresses = {"local": "alice@contoso.test", "remote": "bob@fabrikam.test"}
    Refusal.objects.create(**told, **addresses, code="user-unknown", count=3)
    desk.goto(STATUS)
    row = desk.get_by_role("row").filter(has_text="xmpp1.contoso.test")
    expect(row).to_contain_text("Up to date")
    row.get_by_role("link").click()
    expect(desk.get_by_role("region", name="fabrikam.test")).to_contain_text("certificate (SASL EXTERNAL")
    expect(desk.get_by_role("heading", name="evil.test no partner")).to_be_visible()
    expect(desk.get_by_role("heading", name="The local address is no user’s")).to_contain_text("user-unknown")
    desk.get_by_role("link", name="Test access", exact=True).last.click()
    assert desk.url.partition("?")[0].endswith(reverse("decisions:list"))
    for value in addresses.values():
        assert value in [box.input_value() for box in desk.locator("#content input:visible").all()]
    expect(desk.locator("#content")).to_contain_text("user-unknown")


def test_the_support_desk_shows_a_gateway(desk: Page) -> None:
    gateway = make_gateway(**of(services.publish()))
    desk.goto("/admin/gateway/gateway/")
    desk.get_by_role("link", name="xmpp1.contoso.test").click()
    expect(desk.locator("#content")).to_contain_text("xmpp1.contoso.test")
    assert desk.url.endswith(f"/{gateway.pk}/change/")
