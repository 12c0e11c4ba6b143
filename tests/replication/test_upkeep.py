"""Old revisions go, and what does not fit the data any more is found and mended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from federation.directory import services as directory
from federation.policies.models import ExternalAccessPolicy
from federation.replication import checking, histories, services
from federation.replication.models import Gone, Line, Revision
from tests.makers import MAKER
from tests.replication.test_revisions import make_user, start, users

if TYPE_CHECKING:
    from tests.replication.conftest import Asker

pytestmark = [pytest.mark.sql, pytest.mark.django_db]


def test_old_revisions_are_forgotten_and_whoever_has_one_gets_everything(asker: Asker) -> None:
    start(asker)
    late = timezone.now() + timedelta(seconds=1)
    directory.remove_users(users("bob@contoso.test"), actor=MAKER)
    latest = services.publish().number
    assert histories.prune(late) == latest - 1
    assert list(Revision.objects.values_list("number", flat=True)) == [latest]
    assert Gone.objects.count() == 0
    asker.objects = {"user:rubbish@contoso.test": {}}
    assert asker.ask() == 200
    assert "user:rubbish@contoso.test" not in asker.objects
    make_user("erin@contoso.test")
    assert asker.ask() == 200


def test_a_line_that_somebody_tampered_with_is_found_and_repaired(asker: Asker) -> None:
    start(asker)
    Line.objects.filter(key="user:bob@contoso.test").update(value='{"enabled":true,"policy":1,"pool":1}')
    assert len(checking.check().faults) == 2
    ExternalAccessPolicy.objects.filter(name="Sales").update(federated=True)
    services.publish(everything=True)
    assert checking.check().faults == []
    assert asker.ask() == 200
