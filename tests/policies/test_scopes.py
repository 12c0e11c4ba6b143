"""Scopes and identities of policies: one Global, one for each site, user policies by name (reference 2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from controlpanel.audit.commits import Gone
from federation.policies.models import ExternalAccessPolicy, Scope
from federation.topology.models import Site
from tests.makers import fresh, global_policy, make_policy, make_site, make_site_policy
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
NEW_USER = "policies:new-user"
TAKEN = "A user policy with this name exists already. Choose another name."


def test_the_global_policy_is_there_from_the_start_with_all_off() -> None:
    policy = global_policy()
    assert str(policy) == "Global"
    switches = (policy.federated, policy.xmpp, policy.remote, policy.public, policy.public_av)
    assert not any(switches)


def test_identities_print_as_the_shell_prints_them() -> None:
    assert str(make_policy("Sales team")) == "Tag:Sales team"
    assert str(make_site_policy("Paris")) == "Site:Paris"


@pytest.mark.parametrize("typed", ["Tag:Sales", "tag:Sales", " TAG : Sales ", "Sales", "  Sales "])
def test_a_typed_tag_prefix_is_dropped(alice_client: Client, typed: str) -> None:
    Page(alice_client.get(reverse(NEW_USER))).form("Commit").fill(name=typed).send(alice_client)
    assert str(ExternalAccessPolicy.objects.get(scope=Scope.USER)) == "Tag:Sales"


@pytest.mark.parametrize("typed", ["Tag:", "tag: ", "   ", ""])
def test_a_name_is_asked_for(alice_client: Client, typed: str) -> None:
    form = Page(alice_client.get(reverse(NEW_USER))).form("Commit").fill(name=typed)
    page = Page(form.send(alice_client))
    assert page.status == 422
    assert "Nothing was saved. Please mend this first:" in page.text
    assert not ExternalAccessPolicy.objects.filter(scope=Scope.USER).exists()


@pytest.mark.parametrize(
    "first, second",
    [
        ("Sales", "Sales"),
        ("Sales", "sALES"),
        ("Sales", "Tag:SALES"),
        ("École", "école"),
        ("École", "E\u0301cole"),
        ("Straße", "STRASSE"),
        ("Sales", "Ｓａｌｅｓ"),
        ("Sales", "Sal\u200bes"),
    ],
)
def test_a_name_in_another_case_is_the_same_name(alice_client: Client, first: str, second: str) -> None:
    make_policy(first)
    page = Page(Page(alice_client.get(reverse(NEW_USER))).form("Commit").fill(name=second).send(alice_client))
    assert page.status == 422
    # Beside the field and in the summary at the top.
    assert page.text.count(TAKEN) == 2
    assert page.form("Commit").box("Name").value == second
    assert ExternalAccessPolicy.objects.filter(scope=Scope.USER).count() == 1


def test_accents_make_another_name() -> None:
    make_policy("Cote")
    assert str(make_policy("Côté")) == "Tag:Côté"


def test_a_site_policy_is_made_by_picking_the_site(alice_client: Client) -> None:
    make_site("Lyon")
    paris = make_site("Paris", description="Head office")
    picker = Page(alice_client.get(reverse("policies:select-site")))
    assert picker.texts("h2") == ["Select a Site"]
    assert picker.texts("label", class_="choice") == ["Lyon", "Paris Head office"]
    dialog = Page(alice_client.get(reverse("policies:select-site"), {"site": paris.pk}, follow=True))
    form = dialog.form("Commit")
    assert "Name" not in form.labels
    assert "Site:Paris" in dialog.text
    saved = Page(form.fill(federated=True).send(alice_client, follow=True))
    assert saved.said == ["Policy “Site:Paris” was committed. It governs nobody yet."]
    assert ["Site:Paris", "Site", "Yes"] in [row[:3] for row in saved.rows]


def test_the_picker_searches_without_case_and_accents(alice_client: Client) -> None:
    for name in ("Évry", "Paris", "Lyon"):
        make_site(name)
    picker = Page(alice_client.get(reverse("policies:select-site"), {"q": "EVR"}))
    assert picker.texts("label", class_="choice") == ["Évry"]
    assert (
        len(
            Page(alice_client.get(reverse("policies:select-site"), {"q": ""})).texts("label", class_="choice")
        )
        == 3
    )


def test_the_picker_shows_only_sites_without_a_policy(alice_client: Client) -> None:
    make_site_policy("Paris")
    make_site("Lyon")
    picker = Page(alice_client.get(reverse("policies:select-site")))
    assert picker.texts("label", class_="choice") == ["Lyon"]


def test_a_second_policy_for_a_site_is_refused(alice_client: Client) -> None:
    site = make_site("Paris")
    form = Page(alice_client.get(reverse("policies:new-site", args=[site.pk]))).form("Commit")
    make_site_policy(site, federated=True)
    page = Page(form.send(alice_client))
    assert page.status == 422
    assert "This site has a policy already. Open that one to change it." in page.text
    assert ExternalAccessPolicy.objects.filter(site=site).count() == 1


def test_a_site_policy_follows_the_name_of_its_site() -> None:
    policy = make_site_policy("Paris")
    assert fresh(policy).site is not None
    Site.objects.filter(name="Paris").update(name="Lutetia")
    assert str(fresh(policy)) == "Site:Lutetia"


@pytest.mark.parametrize("key", ["0", "999999", "9" * 30])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_site_is_not_found(alice_client: Client, key: str, method: str) -> None:
    answer = getattr(alice_client, method)(f"{reverse('policies:select-site')}{key}/")
    assert answer.status_code == 404
    assert ExternalAccessPolicy.objects.count() == 1


@pytest.mark.parametrize("key", ["x", "-1", "²", "٣", "9" * 30, "1 OR 1=1", "\x00"])
def test_a_forged_choice_of_site_is_not_found(alice_client: Client, key: str) -> None:
    assert alice_client.get(reverse("policies:select-site"), {"site": key}, follow=True).status_code == 404


def test_a_site_that_was_deleted_meanwhile_is_not_found(alice_client: Client) -> None:
    site = make_site("Paris")
    form = Page(alice_client.get(reverse("policies:new-site", args=[site.pk]))).form("Commit")
    Site.objects.filter(pk=site.pk).delete()
    assert form.send(alice_client).status_code == 404


def test_the_service_refuses_a_site_that_is_gone() -> None:
    site = make_site("Paris")
    Site.objects.filter(pk=site.pk).delete()
    with pytest.raises(Gone):
        make_site_policy(site)


@pytest.mark.sql
@pytest.mark.parametrize(
    "values",
    [
        {"scope": Scope.GLOBAL},
        {"scope": Scope.USER, "name": "", "name_key": ""},
        {"scope": Scope.USER, "name": "sales", "name_key": "sales"},
        {"scope": Scope.SITE},
    ],
)
def test_the_database_holds_the_rules_of_scope_too(values: dict[str, object]) -> None:
    make_policy("Sales")
    row = ExternalAccessPolicy(changed_at=timezone.now(), changed_by="nobody", **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        ExternalAccessPolicy.objects.bulk_create([row])


def test_a_user_policy_needs_no_site_name_clash() -> None:
    make_site_policy("Paris")
    assert str(make_policy("Paris")) == "Tag:Paris"
    with pytest.raises(ValidationError):
        make_policy("paris")
