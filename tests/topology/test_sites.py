"""Sites: made, renamed and deleted by services and by a command; each with its event."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from controlpanel.audit.actor import Actor
from controlpanel.audit.commits import Conflict, Gone
from controlpanel.audit.models import AuditEvent
from controlpanel.shell.text import fold, sort_key
from federation.topology import services
from federation.topology.models import Site
from tests.makers import make_site, make_site_policy

pytestmark = pytest.mark.django_db
DAVE = Actor("dave")
TAKEN = "A site with this name exists already."


def make(*arguments: str) -> str:
    """Run the command; what it says."""
    said = io.StringIO()
    call_command("make_site", *arguments, stdout=said)
    return said.getvalue()


def test_the_command_makes_a_site_and_records_who_and_why() -> None:
    assert make("Paris", "--description", "Head office", "--reason", "New house") == "Site Paris made.\n"
    site = Site.objects.get()
    assert (site.name, site.description) == ("Paris", "Head office")
    event = AuditEvent.objects.get(action="topology:site:create")
    assert event.actor_name.startswith("manage.py")
    assert event.reason == "New house"
    assert event.after == {"name": "Paris", "description": "Head office", "kind": "central", "parent": None}


@pytest.mark.sql
@pytest.mark.parametrize(
    "arguments, said",
    [
        (["PARIS"], TAKEN),
        ([" paris "], TAKEN),
        ([""], "Type a name for the site."),
        (["  "], "Type a name for the site."),
        (["\u200b"], "Type a name for the site."),
        (["x" * 129], "at most 128 characters"),
        (["a\x00b"], "control characters"),
        (["a\u202eb"], "control characters"),
        (["Lyon", "--description", "a\nb"], "control characters"),
        (["Lyon", "--description", "x" * 1025], "at most 1024 characters"),
        (["Lyon", "--reason", "x" * 201], "at most 200 characters"),
    ],
)
def test_the_command_says_what_is_wrong_once(arguments: list[str], said: str) -> None:
    make_site("Paris")
    with pytest.raises(CommandError) as refusal:
        make(*arguments)
    assert str(refusal.value).count(said) == 1
    assert Site.objects.count() == 1
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("second", ["evry", "ÉVRY", "E\u0301vry", "Évry "])
def test_names_are_compared_without_case(second: str) -> None:
    make_site("Évry")
    if fold(second) == fold("Évry"):
        with pytest.raises(ValidationError, match="exists already"):
            make_site(second)
    else:
        assert make_site(second).name_sort == sort_key("Évry")


def test_names_are_kept_tidy() -> None:
    assert make_site("  Saint  Denis ").name == "Saint Denis"


def test_a_site_is_renamed_with_all_that_follows_from_its_name() -> None:
    site = make_site("Paris")
    services.change_site(site, actor=DAVE, version=1, name="Évry", reason="Moved")
    stands = Site.objects.get()
    assert (stands.name, stands.name_key, stands.name_sort, stands.version) == ("Évry", "évry", "evry", 2)
    event = AuditEvent.objects.about(site)[0]
    assert (event.before, event.after, event.reason) == ({"name": "Paris"}, {"name": "Évry"}, "Moved")


def test_only_the_case_of_a_name_may_change() -> None:
    assert services.change_site(make_site("paris"), actor=DAVE, name="Paris").name == "Paris"


def test_a_name_cannot_be_taken_away_or_taken_twice() -> None:
    site = make_site("Paris")
    make_site("Lyon")
    for name in ("", "  ", "LYON"):
        with pytest.raises(ValidationError):
            services.change_site(site, actor=DAVE, name=name)
    assert set(Site.objects.values_list("name", flat=True)) == {"Paris", "Lyon"}


def test_a_stale_version_and_a_site_that_is_gone_are_told() -> None:
    site = make_site("Paris")
    services.change_site(site, actor=DAVE, version=1, description="x")
    with pytest.raises(Conflict):
        services.change_site(site, actor=DAVE, version=1, description="y")
    with pytest.raises(Conflict):
        services.delete_sites([site], actor=DAVE)
    services.delete_sites([Site.objects.get()], actor=DAVE)
    with pytest.raises(Gone):
        services.change_site(site, actor=DAVE, description="z")


def test_sites_are_deleted_all_or_none_and_the_refusal_counts_what_hangs_on_them() -> None:
    free, policy = make_site("Free"), make_site_policy("Paris")
    assert policy.site is not None
    with pytest.raises(ValidationError) as refusal:
        services.delete_sites([free, policy.site], actor=DAVE)
    assert refusal.value.messages == [
        "“Paris” is in use and was not deleted. On it hang: 1 external access policy."
    ]
    assert Site.objects.count() == 2
    assert not AuditEvent.objects.filter(action="topology:site:delete").exists()
    services.delete_sites([free], actor=DAVE)
    assert set(Site.objects.values_list("name", flat=True)) == {"Paris"}


@pytest.mark.sql
def test_the_database_keeps_names_apart() -> None:
    site = make_site("Paris")
    copy = Site(name="PARIS", name_key="paris", name_sort="paris", changed_at=site.changed_at, changed_by="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Site.objects.bulk_create([copy])
