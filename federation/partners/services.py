"""Every write to XMPP federated partners."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from controlpanel.audit import commits
from controlpanel.audit.members import batches, note_members
from controlpanel.audit.records import facts, record
from federation.partners import rules, words
from federation.partners.actions import Action
from federation.partners.lists import ListCode, fault, read_list
from federation.partners.models import Partner, PartnerDomain
from federation.topology import names
from federation.topology.models import LocalDomain
from federation.topology.words import refused

if TYPE_CHECKING:
    from controlpanel.audit.actor import Actor
    from controlpanel.audit.records import Facts
    from controlpanel.shell.delimited import Fault

Errors = dict[str, list[Any]]


@transaction.atomic
def create_partner(
    *,
    domain: str,
    actor: Actor,
    reason: str = "",
    additional: Iterable[str] = (),
    agreed: bool = False,
    **values: Any,
) -> Partner:
    """Make a partner. ``additional`` is a list as it was typed: one domain a line, blank lines allowed.

    A domain that is blocked for SIP is taken only when it was ``agreed`` to.
    Raises ValidationError; for a bad list with a sentence for each bad line.
    """
    errors: Errors = {}
    primary = _name("domain", domain, errors)
    if primary and (found := _unavailable({primary: 1})):
        errors["domain"] = [words.why(found[0])]
    domains = _listed(additional, primary, errors)
    if not agreed:
        _unblocked("domain", [primary], errors)
        _unblocked("additional", domains, errors)
    partner = Partner(domain=primary, shown=names.shown_domain(primary), **_cleaned(values, errors))
    _negotiable(partner, errors)
    _refuse(errors)
    after = listing("additional_domains", domains)
    commits.create(partner, action=Action.CREATE, actor=actor, reason=reason, after=after)
    attach([(partner, primary, True), *((partner, each, False) for each in domains)])
    return partner


@transaction.atomic
def change_partner(
    partner: Partner,
    *,
    actor: Actor,
    version: int | None = None,
    reason: str = "",
    additional: Iterable[str] | None = None,
    agreed: bool = False,
    **values: Any,
) -> Partner:
    """Set fields, and the list of additional domains as a whole (None: leave it).

    The primary domain is what the partner is known by, and never changes (reference 3.4). ``agreed`` as for a
    new partner.
    Raises ValidationError, commits.Conflict, commits.Gone.
    """
    if "domain" in values:
        raise TypeError("The primary domain of a partner does not change.")
    current = commits.locked(partner, version)
    errors: Errors = {}
    values = _cleaned(values, errors)
    _negotiable(Partner(**_negotiation(current) | _negotiation(values)), errors)
    had = set(current.additional_domains)
    now = had if additional is None else set(_listed(additional, current.domain, errors, current))
    if not agreed:
        _unblocked("additional", now - had, errors)
    _refuse(errors)
    changed = commits.change(
        current,
        values,
        action=Action.CHANGE,
        actor=actor,
        version=version,
        reason=reason,
        before=listing("domains_removed", had - now),
        after=listing("domains_added", now - had),
    )
    detach(changed, had - now)
    attach((changed, each, False) for each in sorted(now - had))
    return changed


@transaction.atomic
def delete_partners(partners: Iterable[Partner], *, actor: Actor, reason: str = "") -> int:
    """Delete partners, all or none; of many there is one event, with what each was. Returns how many.

    They are as the actor saw them: one that was changed or deleted since raises Conflict or Gone.
    """
    ordered = sorted(partners, key=lambda partner: partner.pk)  # so that nobody deadlocks
    if len(ordered) == 1:
        (partner,) = ordered
        before = listing("additional_domains", Partner(pk=partner.pk).additional_domains)
        options: Any = {"actor": actor, "reason": reason, "before": before}
        commits.delete(partner, action=Action.DELETE, as_seen=True, **options)
    elif ordered:
        kind = Partner._meta.label_lower
        event = record(Action.DELETE_MANY, None, actor=actor, reason=reason, object_type=kind)
        for chunk in batches(ordered):
            rows = Partner.objects.filter(pk__in=[partner.pk for partner in chunk]).order_by("pk")
            found = list(rows.with_domains().select_for_update())
            commits.compare(chunk, found)
            note_members(event, ((row, _all_facts(row), {}) for row in found))
            rows.delete()
    return len(ordered)


def attach(domains: Iterable[tuple[Partner, str, bool]]) -> None:
    """Add (partner, domain, whether primary) rows. Raises ValidationError when one was taken meanwhile."""
    for batch in batches(domains):
        rows = [
            PartnerDomain(
                partner=partner, domain=domain, shown=names.shown_domain(domain), is_primary=is_primary
            )
            for partner, domain, is_primary in batch
        ]
        try:
            with transaction.atomic():
                PartnerDomain.objects.bulk_create(rows)
        except IntegrityError as error:
            found = _unavailable({row.domain: number for number, row in enumerate(rows, start=1)})
            if not found:
                raise
            raise ValidationError([f"{each.params['text']}: {words.why(each)}" for each in found]) from error


def detach(partner: Partner, domains: Iterable[str]) -> None:
    """Take additional ``domains`` from ``partner``."""
    for batch in batches(sorted(domains)):
        PartnerDomain.objects.filter(partner=partner, domain__in=batch, is_primary=False).delete()


def _all_facts(partner: Partner) -> Facts:
    """The whole partner with its additional domains, as the log keeps it."""
    return facts(partner) | listing("additional_domains", partner.additional_domains)


def _name(field: str, text: str, errors: Errors) -> str:
    try:
        return names.domain(text)
    except names.NameRefused as refusal:
        errors[field] = [refused(refusal)]
        return ""


def _listed(lines: Iterable[str], primary: str, errors: Errors, partner: Partner | None = None) -> list[str]:
    """The domains of a typed list; each bad line becomes an error of "additional"."""
    listed = read_list(lines, primary)
    if faults := [*listed.faults, *_unavailable(listed.domains, partner)]:
        errors["additional"] = list(words.by_line(faults))
    return sorted(listed.domains)


def _unavailable(domains: Mapping[str, int], partner: Partner | None = None) -> list[Fault]:
    """A fault for each of ``domains`` (with its line) that is another partner's, or our own."""
    faults = []
    for domain, owner in owners(domains, partner):
        text = names.shown_domain(domain)
        if owner:
            shown = names.shown_domain(owner)
            faults.append(fault(domains[domain], ListCode.TAKEN, text, partner=shown))
        else:
            faults.append(fault(domains[domain], ListCode.OURS, text))
    return faults


def owners(domains: Iterable[str], partner: Partner | None = None) -> Iterator[tuple[str, str]]:
    """(domain, the primary domain of its partner) of those that are another partner's; "" for our own."""
    LocalDomain.objects.hold()
    for batch in batches(domains):
        others = PartnerDomain.objects.filter(domain__in=batch).exclude(partner=partner)
        yield from others.values_list("domain", "partner__domain")
        for row in LocalDomain.objects.filter(domain__in=batch):
            yield row.domain, ""


def partners_of(domains: Collection[str]) -> dict[str, str]:
    """Those of the stored ``domains`` that are a partner's, each with the partner (topology.opposites)."""
    rows = PartnerDomain.objects.filter(domain__in=domains).order_by("pk")
    return dict(rows.values_list("domain", "partner__shown"))


def _unblocked(field: str, domains: Collection[str], errors: Errors) -> None:
    """Refuse domains that are blocked for SIP."""
    if asked := words.blocked(domains):
        errors.setdefault(field, []).extend(asked)


def claim(domain: str) -> str:
    """Why the stored ``domain`` cannot be one of ours (topology.ours): it is a partner's; else ""."""
    partner = Partner.objects.of_domain(domain)
    said = _("It belongs to the XMPP federated partner %(partner)s. Take it from the partner first.")
    return said % {"partner": partner} if partner else ""


def _cleaned(values: Mapping[str, Any], errors: Errors) -> dict[str, Any]:
    """``values`` as they are stored: members of enums as text, the proxy's name in its one form."""
    cleaned = {name: value.value if isinstance(value, Enum) else value for name, value in values.items()}
    if cleaned.get("proxy"):
        cleaned["proxy"] = _name("proxy", cleaned["proxy"], errors)
    return cleaned


def _negotiation(partner: Partner | Mapping[str, Any]) -> dict[str, Any]:
    values = partner if isinstance(partner, Mapping) else vars(partner)
    return {name: values[name] for name in rules.Choice._fields if name in values}


def _negotiable(partner: Partner, errors: Errors) -> None:
    """Refuse settings by which no two servers can trust each other, and say what to choose."""
    try:
        found = rules.negotiate(*partner.choice)
    except ValueError:  # no setting at all: the model says so
        return
    if found.verdict is rules.Verdict.INVALID and found.nearest:
        field = "sasl" if found.code is rules.Code.SASL_NEEDS_TLS else "dialback"
        errors[field] = [f"{words.CODE_SENTENCES[found.code]} {words.nearest(found.nearest)}"]


def listing(name: str, domains: Iterable[str]) -> Facts:
    """``domains`` as people read them, as a fact of an event; none when there are none."""
    return {name: [names.shown_domain(domain) for domain in sorted(domains)]} if domains else {}


def _refuse(errors: Errors) -> None:
    if errors:
        raise ValidationError(errors)
