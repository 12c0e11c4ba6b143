"""The Access Edge configuration: one row, the panel's boxes and what they need, the shell's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.edge import services
from federation.edge.models import AccessEdgeConfiguration
from federation.edge.rules import EDGE_NUMBERS
from federation.providers import services as providers
from federation.providers.models import FederatedProvider
from tests.makers import MAKER
from tests.pages import Form, Page, attribute

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
LABELS = [
    "Enable communications with federated users",
    "Enable partner domain discovery",
    "Send archiving disclaimer to federated partners",
    "Enable remote user access",
    "Enable communications with anonymous users",
]
NEEDS = {
    "discovery": (
        "Tick “Enable communications with federated users” first: partner domain discovery needs it."
    ),
    "archiving_disclaimer": (
        "Tick “Enable communications with federated users” first: the archiving disclaimer needs it."
    ),
}
dependent = pytest.mark.parametrize("box", NEEDS)


def edge() -> AccessEdgeConfiguration:
    """The row as it stands."""
    found: AccessEdgeConfiguration = AccessEdgeConfiguration.objects.the_global()
    return found


def change(**values: Any) -> AccessEdgeConfiguration:
    """Somebody changed it before."""
    return services.change_access(actor=MAKER, **values)


def dialog(client: Client) -> Form:
    """The page's form."""
    return Page(client.get(reverse("edge:access-details", args=[1]))).form("Commit")


def without_providers() -> None:
    """The shipped providers are gone."""
    providers.delete_providers(FederatedProvider.objects.all(), actor=MAKER)


def test_the_list_has_one_row(alice_client: Client) -> None:
    page = Page(alice_client.get(reverse("edge:access-list")))
    assert [row[:6] for row in page.rows] == [["Global", "No", "No", "No", "No", "No"]]
    assert page.links["Global"] == reverse("edge:access-details", args=[1])
    assert "New" not in page.texts("button")
    assert "Delete" not in page.menu


def test_labels_are_those_of_the_panel(alice_client: Client) -> None:
    page = Page(alice_client.get(reverse("edge:access-details", args=[1])))
    assert page.texts("h2")[0] == "Edit Access Edge Configuration"
    assert page.form("Commit").labels[:5] == LABELS


def test_it_is_installed_as_lync_installs_it() -> None:
    row = edge()
    assert not any((row.federation, row.discovery, row.archiving_disclaimer, row.remote, row.anonymous))
    assert (row.routing, row.tls_count, row.certificates_deleted) == ("dns-srv", 4, 20)
    assert (row.discovered_report_minutes, row.discovered_rate, row.discovered_contacts) == (60, 20, 1000)
    assert (row.accepted_certificates, row.rejected_certificates) == (1000, 500)
    assert (row.keep_crls, row.mark_verifiable, row.contacts_limit) == (True, True, True)
    assert (row.clearing_house, row.user_replicator) == (False, False)


def test_a_commit_changes_what_was_changed_and_says_so(alice_client: Client) -> None:
    form = dialog(alice_client).fill_in({LABELS[0]: True, LABELS[1]: True})
    page = Page(form.fill(reason="Opening", tls_count="2").send(alice_client, follow=True))
    assert page.said == ["The Access Edge configuration was committed."]
    row = edge()
    assert (row.federation, row.discovery, row.archiving_disclaimer, row.tls_count) == (True, True, False, 2)
    event = AuditEvent.objects.about(row)[0]
    assert (event.action, event.reason) == ("edge:access:change", "Opening")
    assert event.after == {"federation": True, "discovery": True, "tls_count": 2}


@dependent
def test_a_dependent_box_is_refused_without_federation(alice_client: Client, box: str) -> None:
    page = Page(dialog(alice_client).fill(**{box: True}).send(alice_client))
    assert page.status == 422
    assert NEEDS[box] in page.alerts[0]
    assert not getattr(edge(), box)


@dependent
def test_federation_is_not_turned_off_under_a_dependent_box(alice_client: Client, box: str) -> None:
    change(federation=True, **{box: True})
    page = Page(dialog(alice_client).fill(federation=False).send(alice_client))
    assert NEEDS[box] in page.text
    assert edge().federation
    assert dialog(alice_client).fill(federation=False, **{box: False}).send(alice_client).status_code == 302
    assert not edge().federation


@dependent
def test_the_greyed_box_says_why(alice_client: Client, box: str) -> None:
    page = Page(alice_client.get(reverse("edge:access-details", args=[1])))
    assert page.all("input", name=box, data_needs="id_federation")
    assert page.texts(data_needs_reason_for=f"id_{box}") == [NEEDS[box]]


@pytest.mark.sql
@dependent
def test_the_database_refuses_it(box: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessEdgeConfiguration.objects.update(**{box: True})


@pytest.mark.sql
def test_there_is_no_second_row() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessEdgeConfiguration.objects.filter(pk=1).update(id=2)


@pytest.mark.parametrize("name", EDGE_NUMBERS)
@pytest.mark.parametrize("typed", ["", "x", "-1", "1.5", "٤", "9" * 30, "too low", "too high"])
def test_a_number_out_of_range_gets_one_sentence(alice_client: Client, name: str, typed: str) -> None:
    _default, least, most = EDGE_NUMBERS[name]
    typed = {"too low": str(least - 1), "too high": str(most + 1)}.get(typed, typed)
    page = Page(dialog(alice_client).fill(**{name: typed}).send(alice_client))
    assert page.status == 422
    assert f"Type a whole number from {least:,} to {most:,}." in page.alerts[0]
    assert edge().version == 1


@pytest.mark.parametrize("name", EDGE_NUMBERS)
def test_the_limits_themselves_are_good(alice_client: Client, name: str) -> None:
    for number in EDGE_NUMBERS[name][1:]:
        assert dialog(alice_client).fill(**{name: str(number)}).send(alice_client).status_code == 302
        assert getattr(edge(), name) == number


def test_the_advanced_part_is_open_when_it_holds_an_error(alice_client: Client) -> None:
    closed = Page(alice_client.get(reverse("edge:access-details", args=[1]))).all("details")
    page = Page(dialog(alice_client).fill(tls_count="5").send(alice_client))
    assert [attribute(each, "open") for each in (*closed, *page.all("details"))] == [None, ""]


def test_default_routing_needs_a_route_and_no_discovery() -> None:
    without_providers()
    change(federation=True, discovery=True)
    with pytest.raises(ValidationError) as refusal:
        change(routing="default-route")
    assert set(refusal.value.message_dict) == {"default_route", "discovery"}
    change(routing="default-route", default_route="Edge.Contoso.com", discovery=False)
    assert edge().default_route == "edge.contoso.com"


def test_default_routing_waits_until_the_providers_are_deleted(alice_client: Client) -> None:
    form = dialog(alice_client).fill(routing="default-route", default_route="edge.contoso.com")
    page = Page(form.send(alice_client))
    assert page.status == 422
    assert "Delete all SIP federated providers first" in page.alerts[0]
    assert "there are 3." in page.alerts[0]
    without_providers()
    assert form.send(alice_client).status_code == 302
    assert edge().routing == "default-route"


@pytest.mark.parametrize("typed", ["https://edge.contoso.com", "edge", "10.0.0.1", "edge.contoso.com:5061"])
def test_the_default_route_is_a_name(alice_client: Client, typed: str) -> None:
    assert dialog(alice_client).fill(default_route=typed).send(alice_client).status_code == 422
    assert edge().default_route == ""


def test_bob_looks_and_changes_nothing(bob_client: Client) -> None:
    page = Page(bob_client.get(reverse("edge:access-details", args=[1])))
    assert all(attribute(box, "disabled") is not None for box in page.all("input", type="checkbox"))
    assert "Commit" not in page.texts("button")
    assert bob_client.post(reverse("edge:access-details", args=[1]), {"federation": "on"}).status_code == 403


def test_two_editors_see_both_versions(alice_client: Client) -> None:
    form = dialog(alice_client).fill(remote=True)
    change(anonymous=True)
    page = Page(form.send(alice_client))
    assert page.status == 409
    assert "maker changed this at" in page.alerts[0]
    assert not edge().remote
