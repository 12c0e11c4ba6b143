"""Hosted and public providers: unique in name and server, the panel's radio buttons, the shipped three."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.edge import services as edge
from federation.providers import services
from federation.providers.models import FederatedProvider
from tests.makers import MAKER
from tests.pages import Form, Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
EVERYONE = "Allow users to communicate with everyone using this provider"
CONTACTS = "Allow users to communicate only with people on their Contacts list who use this provider"
VERIFIED = "Allow users to communicate with everyone whom this provider has verified"
KINDS = ("hosted", "public")
kinds = pytest.mark.parametrize("kind", KINDS)


def make(name: str = "Fabrikam", kind: str = "hosted", **values: Any) -> FederatedProvider:
    """A provider."""
    values.setdefault("proxy_fqdn", f"sip.{name.lower().replace(' ', '-')}.example")
    return services.create_provider(name=name, kind=kind, actor=MAKER, **values)


def new(client: Client, kind: str) -> Page:
    """The dialog of New > Hosted provider, or Public provider."""
    return Page(client.get(reverse(f"providers:new-{kind}")))


def dialog(client: Client, row: FederatedProvider) -> Page:
    """The page of ``row``."""
    return Page(client.get(reverse("providers:details", args=[row.pk])))


def choose(form: Form, name: str, value: str) -> Form:
    """Choose one of the radio buttons called ``name``."""
    for box in form.boxes:
        if box.name == name:
            box.value = value if box.offered == value else None
    return form


def test_three_public_providers_ship_disabled(alice_client: Client) -> None:
    rows = Page(alice_client.get(reverse("providers:list"))).rows
    assert [row[:5] for row in rows] == [
        ["America Online", "Public provider", "No", "sip.oscar.aol.com", "Contacts only"],
        ["Windows Live", "Public provider", "No", "federation.messenger.msn.com", "Contacts only"],
        ["Yahoo!", "Public provider", "No", "lcsap.msg.yahoo.com", "Contacts only"],
    ]


def test_of_providers_that_ended_their_service_the_page_says_so(alice_client: Client) -> None:
    links = Page(alice_client.get(reverse("providers:list"))).links
    ended = {
        name: "This provider ended the service in June 2014." in Page(alice_client.get(links[name])).text
        for name in ("America Online", "Windows Live", "Yahoo!")
    }
    assert ended == {"America Online": True, "Windows Live": False, "Yahoo!": True}


@kinds
def test_the_dialog_has_the_words_of_the_panel(alice_client: Client, kind: str) -> None:
    page = new(alice_client, kind)
    form = page.form("Commit")
    assert form.labels[:3] == [
        "Enable communications with this provider",
        "Provider name:",
        "Access Edge service (FQDN):",
    ]
    assert "Default verification level:" in page.texts("legend")
    radios = {box.label: box.value for box in form.boxes if box.name == "verification_level"}
    offered = [EVERYONE, CONTACTS] if kind == "public" else [EVERYONE, CONTACTS, VERIFIED]
    assert list(radios) == offered
    assert [label for label, value in radios.items() if value] == [CONTACTS]


@kinds
def test_a_provider_is_made(alice_client: Client, kind: str) -> None:
    form = new(alice_client, kind).form("Commit")
    form.fill(enabled=True, name="Fabrikam", proxy_fqdn="SIP.Fabrikam.com", reason="Contract 7")
    page = Page(choose(form, "verification_level", "AlwaysVerifiable").send(alice_client, follow=True))
    assert page.said == ["Provider “Fabrikam” was committed."]
    row = FederatedProvider.objects.get(name="Fabrikam")
    assert (row.kind, row.enabled, row.proxy_fqdn) == (kind, True, "sip.fabrikam.com")
    assert row.verification_level == "AlwaysVerifiable"
    event = AuditEvent.objects.about(row)[0]
    assert (event.action, event.reason) == ("providers:provider:create", "Contract 7")


@kinds
@pytest.mark.parametrize("other", KINDS)
@pytest.mark.parametrize("name", ["FABRIKAM", " fabrikam ", "ｆabrikam", "fabri\u00adkam"])
def test_a_name_is_unique_across_both_kinds_in_any_case(
    alice_client: Client, kind: str, other: str, name: str
) -> None:
    make("Fabrikam", kind)
    page = Page(
        new(alice_client, other).form("Commit").fill(name=name, proxy_fqdn="a.example").send(alice_client)
    )
    assert page.status == 422
    assert "A provider with this name exists already, hosted or public." in page.alerts[0]
    assert "Provider name:" in page.alerts[0]


@kinds
@pytest.mark.parametrize("typed", ["SIP.fabrikam.example", "sip.fabrikam.example"])
def test_a_server_is_unique_across_both_kinds_in_any_case(
    alice_client: Client, kind: str, typed: str
) -> None:
    make("Fabrikam", "hosted")
    page = Page(
        new(alice_client, kind).form("Commit").fill(name="Other", proxy_fqdn=typed).send(alice_client)
    )
    assert "Another provider, hosted or public, uses this server already." in page.alerts[0]


@pytest.mark.sql
def test_the_database_knows_what_is_unique_and_what_belongs_to_a_kind() -> None:
    row = make("Fabrikam", "hosted")
    rows = FederatedProvider.objects.filter(pk=row.pk)
    for values in (
        {"name_key": "yahoo!"},
        {"proxy_fqdn": "lcsap.msg.yahoo.com"},
        {"icon_url": "https://a.example/"},
        {"sip_client_port": 0},
        {"kind": "other"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)


@pytest.mark.parametrize(
    "typed, said",
    [
        ("sip fabrikam.com", "Take the space out of the name."),
        ("sip:fabrikam.com", "Leave out “sip”"),
        ("fabrikam.com:5061", "Leave out the port"),
        ("fabrikam.com.", "Leave out the dot at the end."),
        ("*.fabrikam.com", "A * stands for nothing here"),
        ("fabrikam", "has no dot."),
        ("10.0.0.1", "This is an IP address."),
        ("fаbrikam.com", "mixes letters that look alike"),
        ("", "This field is required."),
    ],
)
def test_the_server_is_a_name(alice_client: Client, typed: str, said: str) -> None:
    form = new(alice_client, "hosted").form("Commit").fill(name="Fabrikam", proxy_fqdn=typed)
    page = Page(form.send(alice_client))
    assert page.status == 422
    assert said in page.alerts[0]
    with pytest.raises(ValidationError):
        make(proxy_fqdn=typed)


@pytest.mark.parametrize("typed", ["0", "65536", "-1", "x", ""])
def test_the_port_is_a_port(alice_client: Client, typed: str) -> None:
    form = new(alice_client, "hosted").form("Commit")
    page = Page(form.fill(name="F", proxy_fqdn="f.example", sip_client_port=typed).send(alice_client))
    assert "Type a whole number from 1 to 65,535." in page.alerts[0]


@pytest.mark.parametrize("field, kind", [("autodiscover_url", "hosted"), ("icon_url", "public")])
@pytest.mark.parametrize("typed", ["fabrikam", "javascript:alert(1)", "ftp://a.example/"])
def test_an_address_is_an_address(alice_client: Client, field: str, kind: str, typed: str) -> None:
    form = new(alice_client, kind).form("Commit").fill(name="F", proxy_fqdn="f.example")
    page = Page(form.fill(**{field: typed}).send(alice_client))
    assert "Type an address such as https://example.com/." in page.alerts[0]


def test_the_other_kinds_settings_are_not_offered_and_refused(alice_client: Client) -> None:
    names = {box.name for box in new(alice_client, "public").form("Commit").boxes}
    assert {"icon_url", "name_decoration_domain"} <= names
    assert not {"is_local", "sip_client_port", "autodiscover_url"} & names
    with pytest.raises(ValidationError):
        make("Fabrikam", "public", is_local=True)
    with pytest.raises(ValidationError):
        make("Fabrikam", "public", verification_level="UseSourceVerification")


def test_a_provider_is_changed_and_keeps_its_name(alice_client: Client) -> None:
    row = FederatedProvider.objects.get(name="Windows Live")
    page = dialog(alice_client, row)
    assert page.texts("h2")[0] == "Edit SIP Federated Provider"
    form = page.form("Commit")
    assert "Provider name:" not in form.labels
    assert form.fill(enabled=True, proxy_fqdn="fed.example").send(alice_client).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.enabled, row.proxy_fqdn, row.version) == ("Windows Live", True, "fed.example", 2)


def test_a_level_that_is_no_longer_offered_stays_until_it_is_changed(alice_client: Client) -> None:
    row = FederatedProvider.objects.get(name="Yahoo!")
    FederatedProvider.objects.filter(pk=row.pk).update(verification_level="UseSourceVerification")
    form = dialog(alice_client, row).form("Commit").fill(enabled=True)
    assert form.send(alice_client).status_code == 302
    row.refresh_from_db()
    assert (row.enabled, row.verification_level) == (True, "UseSourceVerification")


def test_providers_are_deleted_and_the_page_tells_which_are_in_use(alice_client: Client) -> None:
    make("Fabrikam", enabled=True)
    keys = list(FederatedProvider.objects.values_list("pk", flat=True))
    question = Page(alice_client.get(reverse("providers:delete"), {"row": keys}))
    assert question.texts("h2") == ["Delete 4 providers?"]
    assert "1 of them is enabled" in question.text
    page = Page(question.form("Delete").send(alice_client, follow=True))
    assert page.said == ["4 providers were deleted."]
    assert not FederatedProvider.objects.exists()


def test_with_default_routing_there_is_no_provider(alice_client: Client) -> None:
    form = new(alice_client, "hosted").form("Commit").fill(name="Fabrikam", proxy_fqdn="sip.fabrikam.com")
    services.delete_providers(FederatedProvider.objects.all(), actor=MAKER)
    edge.change_access(routing="default-route", default_route="edge.contoso.com", actor=MAKER)
    page = Page(form.send(alice_client))
    assert page.status == 422
    assert "Access Edge Configuration uses default routing" in page.alerts[0]
    edge.change_access(routing="dns-srv", actor=MAKER)
    assert form.send(alice_client).status_code == 302


def listed(client: Client, **query: str) -> list[str]:
    """The names on the list."""
    return [row[0] for row in Page(client.get(reverse("providers:list"), query)).rows]


def test_search_filters_and_order(alice_client: Client) -> None:
    make("Fabrikam", "hosted", enabled=True)
    assert listed(alice_client, q="yahoo") == ["Yahoo!"]
    assert listed(alice_client, q="OSCAR") == ["America Online"]
    assert listed(alice_client, kind="hosted") == ["Fabrikam"]
    assert listed(alice_client, enabled="1") == ["Fabrikam"]
    for column in ("name", "kind", "enabled", "proxy", "level", "changed"):
        assert listed(alice_client, sort=column) == listed(alice_client, sort=f"-{column}")[::-1]


def cost(client: Client) -> int:
    """The number of queries of the list."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("providers:list")).status_code == 200
    return len(queries)


@pytest.mark.sql
def test_the_list_costs_the_same_with_3_and_with_300_rows(alice_client: Client) -> None:
    cost(alice_client)  # the first request notes that the session is used
    few = cost(alice_client)
    for number in range(297):
        make(f"Provider {number:03}")
    assert cost(alice_client) == few


def test_bob_looks_and_changes_nothing(bob_client: Client) -> None:
    row = FederatedProvider.objects.get(name="Yahoo!")
    page = dialog(bob_client, row)
    assert "Commit" not in page.texts("button")
    answer = bob_client.post(reverse("providers:details", args=[row.pk]), {"enabled": "on"})
    assert answer.status_code == 403


def test_the_support_desk_writes_through_the_services(alice_client: Client) -> None:
    form = Page(alice_client.get("/admin/providers/federatedprovider/add/")).form("_save")
    form.fill(kind="hosted", name="Fabrikam", proxy_fqdn="SIP.fabrikam.com")
    assert form.send(alice_client).status_code == 302
    row = FederatedProvider.objects.get(name="Fabrikam")
    assert (row.proxy_fqdn, row.name_key) == ("sip.fabrikam.com", "fabrikam")
    assert AuditEvent.objects.about(row)[0].action == "providers:provider:create"
