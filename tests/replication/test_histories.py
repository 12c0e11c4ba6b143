"""After the database was restored from a backup: nobody takes its rules unasked, and everybody when told."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from controlpanel.audit.models import AuditEvent
from federation.edge import services as edge
from federation.edge.models import XmppGatewayConfiguration
from federation.gateway.models import Report
from federation.replication import checking, histories, services
from federation.replication.models import Line, Revision
from tests.makers import MAKER
from tests.pages import Page
from tests.replication.conftest import Asker

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.sql, pytest.mark.django_db]


def commit(seconds: int) -> Revision:
    edge.change_gateway(keep_alive=seconds, actor=MAKER)
    return services.publish()


def restore(asker: Asker) -> dict[str, Any]:
    """The gateway has two revisions more than the panel, whose database is of before; what it has."""
    assert asker.ask() == 200
    before = services.publish()
    lines = list(Line.objects.values())
    commit(101)
    commit(102)
    assert asker.ask() == 200
    Revision.objects.filter(number__gt=before.number).delete()
    edge.change_gateway(keep_alive=300, actor=MAKER)
    for line in lines:
        Line.objects.filter(pk=line["id"]).update(**line)
    assert asker.have
    return dict(asker.have)


def test_it_goes_on_with_what_it_has_also_when_the_numbers_are_beyond_it_again(asker: Asker) -> None:
    has = restore(asker)
    assert asker.ask() == 409
    for seconds in (111, 112, 113):
        commit(seconds)
        assert asker.ask() == 409
    assert services.publish().number > has["revision"]
    assert asker.have == has
    (report,) = histories.strayed()
    assert report.revision == has["revision"]


def test_it_is_given_nothing_either_when_it_asks_for_everything(asker: Asker) -> None:
    has = restore(asker)
    assert asker.ask(everything=True) == 409
    for seconds in (111, 112, 113):
        commit(seconds)
    assert asker.ask(everything=True) == 409
    assert Report.objects.get().revision == has["revision"]


def test_one_of_this_history_gets_everything_when_it_asks_for_it(asker: Asker) -> None:
    assert asker.ask() == 200
    asker.objects = {}
    assert asker.ask(everything=True) == 200
    assert asker.objects


def test_forgetting_old_revisions_leaves_it_alone(asker: Asker) -> None:
    has = restore(asker)
    assert asker.ask() == 409
    for seconds in (111, 112, 113, 114):
        commit(seconds)
    assert histories.prune(timezone.now()) > 0
    assert asker.ask() == 409
    assert Revision.objects.filter(number=has["revision"]).exists()


def test_one_that_has_nothing_or_what_the_backup_has_gets_it(asker: Asker) -> None:
    latest = services.publish()
    other = Asker("xmpp2.contoso.test")
    assert other.ask() == 200
    restore(asker)
    assert Asker("xmpp3.contoso.test").ask() == 200
    assert other.have
    assert other.have["revision"] == latest.number
    commit(111)
    assert other.ask() == 200


def test_told_to_follow_it_gets_everything_and_then_changes(asker: Asker) -> None:
    has = restore(asker)
    assert asker.ask() == 409
    revision = histories.supersede(actor=MAKER, reason="restored")
    assert revision.number == has["revision"] + 1
    assert asker.ask() == 200
    assert asker.objects["xmpp:global"]["keep_alive"] == 300
    assert asker.ask() == 204
    commit(120)
    assert asker.ask() == 200
    assert asker.objects["xmpp:global"]["keep_alive"] == 120
    assert checking.check().faults == []
    assert histories.strayed() == []
    event = AuditEvent.objects.get(action="replication:history:supersede")
    assert (event.after["number"], event.after["gateways"]) == (revision.number, ["xmpp1.contoso.test"])
    assert event.reason == "restored"


def test_one_that_was_away_follows_too_when_it_comes_back(asker: Asker) -> None:
    away = Asker("xmpp2.contoso.test")
    has = restore(asker)
    away.have = has | {"hash": "1" * 64}
    assert asker.ask() == 409
    histories.supersede(actor=MAKER)
    histories.prune(timezone.now())
    assert away.ask() == 200
    assert asker.ask() == 200


def test_without_any_that_runs_another_history_there_is_nothing_to_tell(asker: Asker) -> None:
    assert [asker.ask(), asker.ask()] == [200, 204]
    number = services.publish().number
    with pytest.raises(ValidationError):
        histories.supersede(actor=MAKER)
    assert services.publish().number == number


@pytest.mark.parametrize("change", [{"panel": "another"}, {"revision": 10**17}])
def test_what_is_of_another_panel_or_cannot_be_is_answered_and_never_followed(
    asker: Asker, change: dict[str, Any]
) -> None:
    assert asker.ask() == 200
    assert asker.have
    asker.have |= change
    assert asker.ask() == 409
    assert histories.strayed() == []


def test_a_gateway_that_is_off_is_not_asked_about(asker: Asker) -> None:
    restore(asker)
    assert asker.ask() == 409
    Report.objects.get().gateway.__class__.objects.update(enabled=False)
    assert histories.strayed() == []


def test_the_command_names_them_and_acts_only_when_told(asker: Asker) -> None:
    has = restore(asker)
    assert asker.ask() == 409
    with pytest.raises(CommandError, match=rf"xmpp1.contoso.test \(revision {has['revision']}\)"):
        call_command("gateways_follow")
    assert asker.ask() == 409
    said = StringIO()
    call_command("gateways_follow", "--yes", stdout=said)
    assert f"This is revision {has['revision'] + 1}." in said.getvalue()
    assert asker.ask() == 200
    with pytest.raises(CommandError, match="No gateway runs another history"):
        call_command("gateways_follow", "--yes")


def test_the_tab_asks_before_it_tells_them(asker: Asker, alice_client: Client, bob_client: Client) -> None:
    restore(asker)
    assert asker.ask(report={"status": "expired"}) == 409
    here = reverse("status:follow")
    assert here in alice_client.get(reverse("status:list")).content.decode()
    assert here not in bob_client.get(reverse("status:list")).content.decode()
    page = Page(alice_client.get(here))
    assert "Let 1 gateway follow this panel?" in page.text
    assert asker.ask() == 409
    answer = page.form("Let them follow").fill(reason="restored").send(alice_client)
    assert answer.status_code == 302
    assert asker.ask() == 200
    assert here not in alice_client.get(reverse("status:list")).content.decode()
    assert AuditEvent.objects.get(action="replication:history:supersede").reason == "restored"


def test_a_commit_and_test_access_say_who_does_not_follow(
    alice_client: Client, asker: Asker, capsys: pytest.CaptureFixture[str]
) -> None:
    restore(asker)
    assert asker.ask() == 409
    name = histories.strayed()[0].gateway.name
    said = f"{name} does not follow this panel since it was restored from a backup"
    row = XmppGatewayConfiguration.objects.the_global()
    details = Page(alice_client.get(reverse("edge:xmpp-details", args=[row.pk])))
    page = Page(details.form("Commit").fill(keep_alive="77").send(alice_client, follow=True))
    assert any(said in message for message in page.said)
    assert any(link == reverse("status:list") for link in page.links.values())
    question = {"local": "dora@contoso.com", "remote": "x@fabrikam.com"}
    assert said in Page(alice_client.get(reverse("decisions:list"), question)).text
    with pytest.raises(SystemExit):
        call_command("test_access", "dora@contoso.com", "x@fabrikam.com")
    assert said in capsys.readouterr().out

    histories.supersede(actor=MAKER)
    details = Page(alice_client.get(reverse("edge:xmpp-details", args=[row.pk])))
    page = Page(details.form("Commit").fill(keep_alive="78").send(alice_client, follow=True))
    assert not any("does not follow" in message for message in page.said)
    assert "does not follow" not in Page(alice_client.get(reverse("decisions:list"), question)).text


def test_letting_follow_is_asked_again_when_the_panel_moved_on(alice_client: Client, asker: Asker) -> None:
    restore(asker)
    assert asker.ask() == 409
    page = Page(alice_client.get(reverse("status:follow")))
    commit(170)
    page = Page(page.form("Let them follow").fill(reason="Restored").send(alice_client))
    assert page.status == 409
    assert "Nothing was done yet. This is different from what you were asked:" in page.text
    assert histories.strayed()
    form = page.form("Let them follow")
    assert form.box("Reason for this change").value == "Restored"
    assert form.send(alice_client).status_code == 302
    assert not histories.strayed()
