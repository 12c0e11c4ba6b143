"""What goes to the gateway's machine, and what a monitoring system reads."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from federation.gateway.models import Gateway
from federation.gateway.secret import token
from federation.replication import services
from tests.status.test_status import commit, make_gateway, of

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_the_module_comes_as_a_folder_with_all_its_files(bob_client: Client) -> None:
    answer = bob_client.get(reverse("status:module"))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
    assert "mod_federation_control/mod_federation_control.lua" in names
    assert all(name.startswith("mod_federation_control/") and name.endswith(".lua") for name in names)
    assert answer.content == bob_client.get(reverse("status:module")).content


def test_the_command_prints_the_lines_without_a_secret_that_it_cannot_know() -> None:
    make_gateway()
    text = run("gateway_config", "XMPP1.contoso.test", "--panel", "https://panel.contoso.test/")
    assert 'federation_control_url = "https://panel.contoso.test/gateway/exchange"' in text
    assert "PUT-THE-SECRET-HERE" in text


def test_the_command_makes_a_new_secret_when_asked() -> None:
    make_gateway()
    text = run("gateway_config", "xmpp1.contoso.test", "--new-secret")
    secret = text.partition('secret = "')[2].partition('"')[0]
    assert Gateway.objects.get().is_token(token(secret))


@pytest.mark.parametrize(
    "panel",
    [
        "http://panel.contoso.test",
        "http://192.0.2.1:8000",
        "http://[2001:db8::1]",
        "panel.contoso.test",
        "http://[",
    ],
)
def test_the_command_prints_no_lines_with_which_the_token_would_go_out_in_the_clear(panel: str) -> None:
    made = make_gateway()
    with pytest.raises(CommandError, match="begins with https://"):
        run("gateway_config", "xmpp1.contoso.test", "--new-secret", "--panel", panel)
    assert Gateway.objects.get().secret_hash == made.secret_hash


@pytest.mark.parametrize("panel", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_the_command_takes_a_panel_on_the_same_machine(panel: str) -> None:
    make_gateway()
    assert f'"{panel}/gateway/exchange"' in run("gateway_config", "xmpp1.contoso.test", "--panel", panel)


def test_the_command_knows_no_other_gateway() -> None:
    with pytest.raises(CommandError, match="no gateway"):
        run("gateway_config", "other.contoso.test")


def test_the_snapshot_is_printed_checked_and_pruned(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    commit()
    assert "are as the data say" in run("gateway_snapshot", "--check")
    assert "hash" in run("gateway_snapshot", "--repair")
    assert run("prune_revisions") == "0 revisions were forgotten.\n"


def test_metrics_need_the_token(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "token-of-the-scraper"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 401


def test_metrics_tell_lag_refusals_and_streams(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "token-of-the-scraper"
    counters = {"refused": {"group-chat": 7}, "passed": {"inbound": 5}}
    make_gateway(revision=services.publish().number, counters=counters, streams_total=2)
    commit()
    answer = client.get("/metrics", headers={"Authorization": "Bearer token-of-the-scraper"})
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.content.decode().splitlines()
    gateway = 'gateway="xmpp1.contoso.test"'
    assert f"panel_gateway_revision_lag{{{gateway}}} 1" in lines
    assert f'panel_gateway_refused_total{{{gateway},code="group-chat"}} 7' in lines
    assert f"panel_gateway_streams{{{gateway}}} 2" in lines
    assert f"panel_gateway_up{{{gateway}}} 1" in lines
    assert "panel_unpublished_events 0" in lines


def test_metrics_tell_who_runs_another_history_and_which_errors_stand(
    client: Client, settings: Settings
) -> None:
    settings.METRICS_TOKEN = "token-of-the-scraper"
    alarms = [{"code": "s2s-not-owned", "text": ""}]
    latest = services.publish()
    make_gateway(**of(latest) | {"revision": 501}, alarms=alarms)
    answer = client.get("/metrics", headers={"Authorization": "Bearer token-of-the-scraper"})
    lines = answer.content.decode().splitlines()
    gateway = 'gateway="xmpp1.contoso.test"'
    assert f"panel_gateway_up{{{gateway}}} 0" in lines
    assert f"panel_gateway_well{{{gateway}}} 0" in lines
    assert f"panel_gateway_strayed{{{gateway}}} 1" in lines
    assert f"panel_gateway_errors{{{gateway}}} 1" in lines
    assert f"panel_gateway_revision_lag{{{gateway}}} {latest.number}" in lines
