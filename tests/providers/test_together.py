"""Default routing and a provider are never committed side by side: the edge's row is locked."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from federation.edge import services as edge
from federation.edge.models import AccessEdgeConfiguration
from federation.providers import services
from federation.providers.models import FederatedProvider
from tests.makers import MAKER
from tests.together import together


@pytest.mark.sql
@pytest.mark.django_db(transaction=True)
def test_one_of_both_wins() -> None:
    for _round in range(5):
        edge.change_access(routing="dns-srv", actor=MAKER)
        services.delete_providers(FederatedProvider.objects.all(), actor=MAKER)
        answers = together(
            [
                lambda: edge.change_access(routing="default-route", default_route="a.example", actor=MAKER),
                lambda: services.create_provider(
                    kind="hosted", name="F", proxy_fqdn="f.example", actor=MAKER
                ),
            ]
        )
        assert sum(isinstance(answer, ValidationError) for answer in answers) == 1
        is_default = AccessEdgeConfiguration.objects.the_global().routing == "default-route"
        assert is_default != FederatedProvider.objects.exists()
