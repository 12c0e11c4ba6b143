"""The tabs Sites and Pools: made, changed, found and deleted on their pages; what is in use stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from controlpanel.audit.models import AuditEvent
from federation.topology import services
from federation.topology.models import Pool, PoolKind, Site, SiteKind
from tests.makers import MAKER, make_pool, make_site, make_site_policy, make_user, make_users
from tests.pages import Page, attribute

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.sql]


def page(client: Client, name: str, *args: object, **query: Any) -> Page:
    """A page of the room."""
    return Page(client.get(reverse(f"topology:{name}", args=args), query))


def test_a_site_is_made_changed_and_deleted(alice_client: Client) -> None:
    form = page(alice_client, "sites-new").form("Commit")
    said = Page(form.fill(name=" Paris ", description="Head office").send(alice_client, follow=True)).said
    assert said == ["Site “Paris” was committed."]
    site = Site.objects.get()
    assert (site.name, site.kind, site.parent) == ("Paris", SiteKind.CENTRAL, None)

    form = page(alice_client, "sites-details", site.pk).form("Commit").fill(name="Évry", reason="Moved")
    assert Page(form.send(alice_client, follow=True)).rows[0][0] == "Évry"
    assert AuditEvent.objects.about(site)[0].reason == "Moved"

    question = page(alice_client, "sites-delete", row=site.pk)
    assert question.texts("h2") == ["Delete 1 site?"]
    assert Page(question.form("Delete").send(alice_client, follow=True)).said == ["1 site was deleted."]
    assert not Site.objects.exists()


def test_a_branch_hangs_on_a_central_site(alice_client: Client) -> None:
    central = make_site("Lyon")
    form = page(alice_client, "sites-new").form("Commit").fill(name="Bron", kind="branch", parent="LYON")
    assert form.send(alice_client).status_code == 302
    branch = Site.objects.get(name="Bron")
    assert (branch.kind, branch.parent) == (SiteKind.BRANCH, central)
    assert [row[:4] for row in page(alice_client, "sites-list").rows] == [
        ["Bron", "Branch site", "Lyon", "0"],
        ["Lyon", "Central site", "", "0"],
    ]
    assert "Branch site" in page(alice_client, "sites-list", kind="branch").rows[0]


@pytest.mark.parametrize(
    "values, said",
    [
        ({"kind": "branch"}, "A branch site has a central site above it; a central site has none."),
        ({"kind": "central", "parent": "Lyon"}, "A branch site has a central site above it"),
        ({"kind": "branch", "parent": "Bron"}, "Only a central site can stand above a branch site."),
        ({"kind": "branch", "parent": "Nowhere"}, "There is no site “Nowhere”."),
        ({"name": ""}, "This field is required."),
        ({"name": "LYON"}, "A site with this name exists already."),
    ],
)
def test_what_a_site_cannot_be_is_said(alice_client: Client, values: dict[str, Any], said: str) -> None:
    lyon = make_site("Lyon")
    services.create_site(name="Bron", kind=SiteKind.BRANCH, parent=lyon, actor=MAKER)
    form = page(alice_client, "sites-new").form("Commit").fill(**({"name": "Paris"} | values))
    answer = Page(form.send(alice_client))
    assert answer.status == 422
    assert said in answer.alerts[0]
    assert Site.objects.count() == 2


def test_a_site_above_others_stays_central(alice_client: Client) -> None:
    lyon, paris = make_site("Lyon"), make_site("Paris")
    services.create_site(name="Bron", kind=SiteKind.BRANCH, parent=lyon, actor=MAKER)
    form = page(alice_client, "sites-details", lyon.pk).form("Commit").fill(kind="branch", parent=paris.name)
    answer = Page(form.send(alice_client))
    assert answer.status == 422
    assert "Branch sites hang on this site, so it stays a central one." in answer.alerts[0]


def test_the_database_keeps_branches_below_sites() -> None:
    site = make_site("Lyon")
    for values in ({"kind": SiteKind.BRANCH}, {"parent": site}, {"kind": SiteKind.BRANCH, "parent": site}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Site.objects.filter(pk=site.pk).update(**values)


def test_a_pool_is_made_changed_and_deleted(alice_client: Client) -> None:
    make_site("Paris")
    make_site("Lyon")
    form = page(alice_client, "pools-new").form("Commit")
    form.fill(fqdn="Pool01.Bücher.example", site="paris", kind="standard", description="First")
    said = Page(form.send(alice_client, follow=True)).said
    assert said == ["Pool “pool01.xn--bcher-kva.example” was committed."]
    pool = Pool.objects.get()
    assert (pool.site.name, pool.kind) == ("Paris", PoolKind.STANDARD)

    form = page(alice_client, "pools-details", pool.pk).form("Commit").fill(site="Lyon", kind="survivable")
    row = Page(form.send(alice_client, follow=True)).rows[0]
    assert row[1:3] == ["Lyon", "Survivable Branch Appliance no XMPP"]
    event = AuditEvent.objects.about(pool)[0]
    assert event.after == {"site": "Lyon", "kind": "survivable"}
    told = Page(alice_client.get(reverse("audit:details", args=[event.pk])))
    assert "Survivable Branch Appliance" in told.text

    question = page(alice_client, "pools-delete", row=pool.pk)
    assert Page(question.form("Delete").send(alice_client, follow=True)).said == ["1 pool was deleted."]


@pytest.mark.parametrize(
    "values, said",
    [
        ({"fqdn": ""}, "This field is required."),
        ({"fqdn": "pool"}, "has no dot"),
        ({"fqdn": "sip:pool.contoso.com"}, "Leave out “sip”"),
        ({"fqdn": "192.0.2.1"}, "This is an IP address."),
        ({"fqdn": "POOL01.contoso.com"}, "A pool with this FQDN exists already."),
        ({"site": ""}, "This field is required."),
        ({"site": "Nowhere"}, "There is no site “Nowhere”."),
        ({"kind": "nonsense"}, "Select a valid choice."),
    ],
)
def test_what_a_pool_cannot_be_is_said(alice_client: Client, values: dict[str, Any], said: str) -> None:
    make_pool("pool01.contoso.com", "Paris")
    form = page(alice_client, "pools-new").form("Commit")
    form.fill(**({"fqdn": "pool02.contoso.com", "site": "Paris"} | values))
    answer = Page(form.send(alice_client))
    assert answer.status == 422
    assert said in answer.alerts[0]
    assert Pool.objects.count() == 1


def test_a_survivable_pool_says_that_xmpp_is_out_of_reach(bob_client: Client) -> None:
    sentence = "XMPP is not available to users homed on a Survivable Branch Appliance."
    sba = make_pool("sba.contoso.com", "Bron", kind="survivable")
    assert sentence in page(bob_client, "pools-details", sba.pk).texts("p", class_="effect")
    assert page(bob_client, "pools-list").rows[0][2] == "Survivable Branch Appliance no XMPP"


def refused(client: Client, name: str, *rows: Any) -> list[str]:
    """What is said when these are deleted."""
    question = page(client, name, row=[row.pk for row in rows])
    return Page(question.form("Delete").send(client, follow=True)).said


def test_a_site_in_use_is_not_deleted_and_says_what_hangs_on_it(alice_client: Client) -> None:
    free, lyon = make_site("Free"), make_site_policy("Lyon").site
    assert lyon
    services.create_site(name="Bron", kind=SiteKind.BRANCH, parent=lyon, actor=MAKER)
    make_pool("pool01.contoso.com", lyon)
    make_pool("pool02.contoso.com", lyon)
    said = refused(alice_client, "sites-delete", free, lyon)
    assert len(said) == 1
    assert said[0].startswith("“Lyon” is in use and was not deleted. On it hang:")
    for part in ("1 site", "2 pools", "1 external access policy"):
        assert part in said[0]
    assert Site.objects.count() == 3


def test_a_pool_in_use_is_not_deleted_and_counts_its_users(alice_client: Client) -> None:
    pool = make_pool()
    make_users(1200, pool)
    said = refused(alice_client, "pools-delete", pool)
    assert said == ["“pool01.contoso.com” is in use and was not deleted. On it hang: 1,200 users."]
    assert Pool.objects.count() == 1


def test_a_pool_and_a_site_lead_to_the_users_homed_there(bob_client: Client) -> None:
    pool = make_pool("pool01.contoso.com", "Paris")
    empty = make_pool("pool02.contoso.com", "Paris")
    make_users(3, pool)
    make_user("off@contoso.com", pool, enabled=False)
    make_user("elsewhere@contoso.com", make_pool("pool03.contoso.com", "Lyon"))
    for shown in (
        page(bob_client, "pools-details", pool.pk),
        page(bob_client, "sites-details", pool.site.pk),
    ):
        listed = Page(bob_client.get(shown.links["4 users are homed here"]))
        assert len(listed.rows) == 4
    assert "Nobody is homed here." in page(bob_client, "pools-details", empty.pk).text


def test_a_pool_that_moves_takes_its_users_to_the_policy_of_the_other_site(bob_client: Client) -> None:
    make_site_policy("Paris")
    pool = make_pool("pool01.contoso.com", "Lyon")
    user = make_user("dora@contoso.com", pool)
    services.change_pool(pool, actor=MAKER, site=Site.objects.get(name="Paris"))
    shown = Page(bob_client.get(reverse("directory:details", args=[user.pk])))
    assert "Site:Paris" in shown.links


def test_sites_are_offered_while_one_types(bob_client: Client) -> None:
    for name in ("Paris", "Évry", "Lyon"):
        make_site(name)
    for text, offered in (("ev", ["Évry"]), ("", ["Évry", "Lyon", "Paris"]), ("%", []), ("\x00", 3)):
        found = page(bob_client, "sites-suggest", site=text).all("option")
        assert [attribute(each, "value") for each in found] == offered or len(found) == offered


def test_lists_are_searched_by_name(bob_client: Client) -> None:
    make_pool("pool01.contoso.com", "Évry")
    make_pool("pool02.contoso.com", "Lyon")
    for text, found in (("evry", "pool01"), ("OL02", "pool02"), ("%", "")):
        rows = page(bob_client, "pools-list", q=text).rows
        assert [row[0].partition(".")[0] for row in rows] == ([found] if found else [])
    assert [row[0] for row in page(bob_client, "sites-list", q="EVRY").rows] == ["Évry"]


@pytest.mark.parametrize("name", ["sites-list", "pools-list"])
def test_lists_cost_the_same_with_3_and_123_rows(bob_client: Client, name: str) -> None:
    counts = []
    for numbers in (range(3), range(3, 123)):
        for number in numbers:
            make_pool(f"pool{number}.contoso.com", f"Site {number}")
        page(bob_client, name)
        with CaptureQueriesContext(connection) as asked:
            page(bob_client, name)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 9


def test_one_is_opened_from_the_toolbar(bob_client: Client) -> None:
    pool = make_pool()
    for name, row in (("sites", pool.site), ("pools", pool)):
        answer = bob_client.get(reverse(f"topology:{name}-open"), {"row": row.pk})
        assert answer["Location"] == reverse(f"topology:{name}-details", args=[row.pk])


def test_a_site_that_is_gone_takes_nothing() -> None:
    site = make_site("Paris")
    services.delete_sites([site], actor=MAKER)
    with pytest.raises(ValidationError, match="was deleted meanwhile"):
        services.create_pool(fqdn="pool01.contoso.com", site=site, actor=MAKER)
