"""Of who is not signed in, no large body is read: neither kept in memory nor written to a disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from controlpanel.accounts.bodies import MOST

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def test_a_stranger_s_large_form_is_not_read(client: Client) -> None:
    answer = client.post(reverse("accounts:login"), "a=" + "x" * MOST, FORM)
    assert answer.status_code == 413
    assert not answer.wsgi_request.environ["wsgi.input"].read_started
    answer = client.post(reverse("accounts:login"), "a=" + "x" * (MOST - 2), FORM)
    assert answer.status_code == 200


@pytest.mark.parametrize("page", ["policies:new-user", "certificates:gateway-import"])
def test_where_one_must_sign_in_it_leads_there(client: Client, alice_client: Client, page: str) -> None:
    sent = {"file": SimpleUploadedFile("large", b"x" * 2 * MOST)}
    answer = client.post(reverse(page), sent)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("accounts:login"))
    assert not answer.wsgi_request.environ["wsgi.input"].read_started
    sent["file"].seek(0)
    assert alice_client.post(reverse(page), sent).status_code in {200, 302, 422}
