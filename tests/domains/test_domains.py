"""New, change, delete: a domain is allowed or blocked, and never both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.domains import services
from federation.domains.models import FederatedDomain, Kind
from tests.domains.makers import allow, block
from tests.makers import MAKER
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
ADVANCED = "Advanced settings, which the original panel left to the shell"


def new(client: Client, kind: str) -> Page:
    """The dialog of New > Allowed domain, or Blocked domain."""
    return Page(client.get(reverse(f"domains:new-{kind}")))


def listed() -> set[tuple[str, str]]:
    """Each domain with its list."""
    return set(FederatedDomain.objects.values_list("domain", "kind"))


def test_new_is_a_menu_of_two(alice_client: Client) -> None:
    page = Page(alice_client.get(reverse("domains:list")))
    assert page.menu[:2] == ["Allowed domain", "Blocked domain"]
    assert page.links["Allowed domain"] == reverse("domains:new-allowed")


def test_an_allowed_domain_has_the_fields_of_the_panel_and_the_shell(alice_client: Client) -> None:
    page = new(alice_client, "allowed")
    assert page.texts("h2")[0] == "New Federated Domains"
    assert page.texts("summary") == [ADVANCED]
    assert page.form("Commit").labels == [
        "Domain name (or FQDN)",
        "Access Edge service (FQDN)",
        "Comment",
        "Mark for monitoring",
        "Verification level",
        "Reason for this change",
    ]


def test_a_blocked_domain_has_a_comment_only(alice_client: Client) -> None:
    labels = new(alice_client, "blocked").form("Commit").labels
    assert labels == ["Domain name (or FQDN)", "Comment", "Reason for this change"]


def test_a_domain_is_allowed(alice_client: Client) -> None:
    form = new(alice_client, "allowed").form("Commit")
    form.fill(domain="Fabrikam.COM", proxy_fqdn="Edge.Fabrikam.com", comment="Since 2012", monitored=True)
    page = Page(form.send(alice_client, follow=True))
    assert page.said == ["“fabrikam.com” is allowed now."]
    assert page.rows[0][:5] == ["fabrikam.com", "Allowed", "edge.fabrikam.com", "Since 2012", "Yes"]
    row = FederatedDomain.objects.get()
    assert (row.domain, row.kind, row.verification_level) == (
        "fabrikam.com",
        "allowed",
        "UseSourceVerification",
    )
    assert AuditEvent.objects.about(row)[0].action == "domains:domain:allow"


def test_a_domain_is_blocked(alice_client: Client) -> None:
    form = new(alice_client, "blocked").form("Commit").fill(domain="spam.example", comment="Spim")
    page = Page(form.send(alice_client, follow=True))
    assert page.said == ["“spam.example” is blocked now."]
    assert page.rows[0][:2] == ["spam.example", "Blocked"]
    assert AuditEvent.objects.about(FederatedDomain.objects.get())[0].action == "domains:domain:block"


@pytest.mark.parametrize("typed", ["contoso.com", "CONTOSO.com", " contoso.com ", "ｃｏｎｔｏｓｏ.com"])
def test_a_domain_is_never_on_both_lists(alice_client: Client, typed: str) -> None:
    allow("contoso.com")
    page = Page(new(alice_client, "blocked").form("Commit").fill(domain=typed).send(alice_client))
    assert page.status == 422
    said = (
        "“contoso.com” is an allowed domain, and a domain is never both. To block it, delete it there first."
    )
    assert said in page.alerts[0]
    assert listed() == {("contoso.com", "allowed")}


@pytest.mark.parametrize(
    "typed", ["bücher.example", "xn--bcher-kva.example", "BÜCHER.example", "bu\u0308cher.example"]
)
def test_one_domain_in_any_form_is_one_domain(alice_client: Client, typed: str) -> None:
    block("bücher.example")
    page = Page(new(alice_client, "blocked").form("Commit").fill(domain=typed).send(alice_client))
    assert "“bücher.example” is blocked already." in page.alerts[0]
    page = Page(new(alice_client, "allowed").form("Commit").fill(domain=typed).send(alice_client))
    assert "“bücher.example” is a blocked domain" in page.alerts[0]
    assert listed() == {("xn--bcher-kva.example", "blocked")}


@pytest.mark.sql
def test_the_database_knows_it_too() -> None:
    allow("contoso.com")
    other = block("spam.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        FederatedDomain.objects.filter(pk=other.pk).update(domain="contoso.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        FederatedDomain.objects.filter(pk=other.pk).update(proxy_fqdn="edge.spam.example")


@pytest.mark.parametrize(
    "typed, said",
    [
        ("contoso .com", "Take the space out of the name."),
        ("https://contoso.com", "Leave out “https”"),
        ("sip:contoso.com", "Leave out “sip”"),
        ("contoso.com:5061", "Leave out the port “:5061”"),
        ("contoso.com/", "Leave out everything from the slash"),
        ("contoso.com.", "Leave out the dot at the end."),
        ("contoso..com", "Two dots stand together"),
        ("*.contoso.com", "A * stands for nothing here"),
        ("contoso", "“contoso” has no dot."),
        ("a" * 64 + ".com", "longer than 63 characters between its dots."),
        (("a" * 60 + ".") * 4 + "example.com", "The name is longer than 253 characters."),
        ("cоntoso.com", "mixes letters that look alike"),
        ("10.0.0.1", "This is an IP address."),
        ("[2001:db8::1]", "This is an IP address."),
        ("-contoso.com", "starts or ends with a hyphen"),
        ("alice@contoso.com", "This is an address."),
        ("", "This field is required."),
    ],
)
@pytest.mark.parametrize("field", ["domain", "proxy_fqdn"])
def test_what_is_no_name_is_refused_with_a_sentence(
    alice_client: Client, field: str, typed: str, said: str
) -> None:
    form = new(alice_client, "allowed").form("Commit").fill(domain="contoso.com")
    page = Page(form.fill(**{field: typed}).send(alice_client))
    if field == "proxy_fqdn" and not typed:
        assert page.status == 302
        return
    assert page.status == 422
    assert said in page.alerts[0]
    assert not listed()
    with pytest.raises(ValidationError):
        allow(**{"domain": "a.example", field: typed})


def test_the_limit_is_said(alice_client: Client) -> None:
    assert "at most 256 characters" in new(alice_client, "allowed").text


def test_a_comment_is_changed_and_the_domain_stays(alice_client: Client) -> None:
    row = allow("contoso.com", comment="Old")
    page = Page(alice_client.get(reverse("domains:details", args=[row.pk])))
    assert page.texts("h2")[0] == "Edit Federated Domain - contoso.com"
    form = page.form("Commit")
    assert "Domain name (or FQDN)" not in form.labels
    assert form.fill(comment="New").send(alice_client).status_code == 302
    row.refresh_from_db()
    assert (row.comment, row.version) == ("New", 2)


def test_a_blocked_domain_gets_no_server() -> None:
    with pytest.raises(ValidationError):
        services.change_domain(block(), actor=MAKER, proxy_fqdn="edge.example.com")
    with pytest.raises(ValidationError):
        block("more.example", monitored=True)


def test_several_are_deleted_and_the_page_tells_what_is_no_longer_blocked(alice_client: Client) -> None:
    rows = [allow("contoso.com"), block("spam.example"), block("spim.example")]
    question = Page(alice_client.get(reverse("domains:delete"), {"row": [row.pk for row in rows]}))
    assert question.texts("h2") == ["Delete 3 domains?"]
    assert "2 of them are blocked now, and are no longer blocked then." in question.text
    page = Page(question.form("Delete").send(alice_client, follow=True))
    assert page.said == ["3 domains were deleted."]
    assert not listed()
    assert AuditEvent.objects.filter(action="domains:domain:delete").count() == 3


def test_bob_looks_and_is_offered_nothing_else(bob_client: Client) -> None:
    row = allow("contoso.com")
    page = Page(bob_client.get(reverse("domains:list")))
    assert not {"Import", "Allowed domain"} & set(page.links)
    assert "Delete" not in page.menu
    assert bob_client.get(reverse("domains:details", args=[row.pk])).status_code == 200


def test_the_support_desk_writes_through_the_services(alice_client: Client) -> None:
    form = Page(alice_client.get("/admin/domains/federateddomain/add/")).form("_save")
    form.fill(domain="Contoso.com", kind=Kind.ALLOWED.value)
    assert form.send(alice_client).status_code == 302
    assert listed() == {("contoso.com", "allowed")}
