"""Where each thing that a rule read is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.http import urlencode

from federation.decisions.facts import Subject
from federation.topology.names import shown_domain

if TYPE_CHECKING:
    from collections.abc import Callable

    from federation.decisions.facts import Step
    from federation.decisions.gathering import Answer
    from federation.directory.models import User
    from federation.partners.models import Partner


def page_of(answer: Answer, step: Step) -> str:
    """The address of the page where what ``step`` read is set; "" for what no page sets."""
    make = _PAGES.get(step.read.subject)
    return make(answer) if make and not step.spare else ""


def asking_of_user(user: User) -> str:
    """Test access, of a user of ours."""
    return f"{reverse('decisions:list')}?{urlencode({'local': user.shown_address})}"


def asking_of_partner(partner: Partner) -> str:
    """Test access, of somebody at a partner."""
    return f"{reverse('decisions:list')}?{urlencode({'remote': f'@{partner.shown}'})}"


def _edge(_answer: Answer) -> str:
    return reverse("edge:access-details", args=[1])


def _partner(answer: Answer) -> str:
    if answer.partner:
        return reverse("partners:details", args=[answer.partner.pk])
    domain = shown_domain(answer.question.remote.domain)
    return f"{reverse('partners:new')}?{urlencode({'domain': domain})}"


def _user(answer: Answer) -> str:
    return reverse("directory:details", args=[answer.user.pk]) if answer.user else reverse("directory:list")


def _pool(answer: Answer) -> str:
    return reverse("topology:pools-details", args=[answer.user.pool_id]) if answer.user else ""


def _policy(answer: Answer) -> str:
    return reverse("policies:details", args=[answer.policy.pk]) if answer.policy else _user(answer)


def _domain(answer: Answer) -> str:
    return reverse("domains:details", args=[answer.listed.pk]) if answer.listed else reverse("domains:list")


def _provider(answer: Answer) -> str:
    return reverse("providers:details", args=[answer.provider.pk]) if answer.provider else ""


_PAGES: dict[Subject, Callable[[Answer], str]] = {
    Subject.EDGE: _edge,
    Subject.PARTNER: _partner,
    Subject.USER: _user,
    Subject.POOL: _pool,
    Subject.POLICY: _policy,
    Subject.DOMAIN: _domain,
    Subject.PROVIDER: _provider,
    Subject.CONTACTS: _partner,  # no page has contact lists; the partner's type is what asks for a contact
}
