"""``manage.py changepassword``: a way back in, through the same service as everywhere."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from controlpanel.accounts.models import Administrator
from controlpanel.audit.models import AuditEvent

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
NEW = "another horse on battery"


@pytest.fixture
def type_passwords(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is typed when the command asks, one after the other."""
    typed: list[str] = []
    monkeypatch.setattr("getpass.getpass", lambda _prompt: typed.pop(0))
    return typed


def test_a_new_password_is_set_and_recorded(
    alice: Administrator, alice_client: Client, type_passwords: list[str]
) -> None:
    type_passwords += [NEW, NEW]
    out = StringIO()
    call_command("changepassword", "ALICE", stdout=out)
    assert "The password of alice was set." in out.getvalue()
    assert Administrator.objects.get(pk=alice.pk).check_password(NEW)
    events = AuditEvent.objects.filter(object_name="alice", actor_name__startswith="manage.py")
    assert {event.action.rpartition(":")[2] for event in events} == {"password", "unlock"}
    assert alice_client.get(reverse("home")).status_code == 302
    assert alice_client.get(reverse("overview:list"))["Location"].startswith(reverse("accounts:login"))


@pytest.mark.parametrize(
    "name, typed, said",
    [
        ("nobody", [], "No administrator is called nobody."),
        ("alice", [NEW, "x"], "differ"),
        ("alice", ["short", "short"], "at least 12 characters"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(
    alice: Administrator, type_passwords: list[str], name: str, typed: list[str], said: str
) -> None:
    type_passwords += typed
    with pytest.raises(CommandError, match=said):
        call_command("changepassword", name)
    assert Administrator.objects.get(pk=alice.pk).password == alice.password
    assert not AuditEvent.objects.filter(action__endswith=":password").exists()
