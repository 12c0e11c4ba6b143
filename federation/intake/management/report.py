"""A plan as the commands print it, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from federation.intake import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from federation.intake.plan import Example, Plan

_MADE = ("display_name", "pool", "policy")


def sums(plan: Plan) -> str:
    """The numbers on one line."""
    numbers = plan.numbers
    parts = [f"{numbers.made:,} made", f"{numbers.changed:,} changed", f"{numbers.left:,} left as they are"]
    parts.append(f"{numbers.refused:,} refused")
    if numbers.vanished:
        parts.append(f"{numbers.vanished:,} disabled because the server lists them no more")
    if numbers.pools:
        parts.append(f"{numbers.pools:,} pools made")
    if numbers.policies:
        parts.append(f"{numbers.policies:,} policies made, with every switch off")
    return ", ".join(parts)


def lines(plan: Plan) -> Iterator[str]:
    """What would happen to whom, the first of each kind, and every refusal that the plan keeps."""
    yield from _names("New pools", plan.new_pools)
    yield from _names("New policies", plan.new_policies)
    for kind, title in (
        ("made", "Made"),
        ("changed", "Changed"),
        ("vanished", "Disabled"),
        ("refused", "Refused"),
    ):
        if plan.counts[kind]:
            yield f"{title}:"
            yield from (f"  {_line(each)}" for each in plan.examples[kind])
            if rest := plan.counts[kind] - len(plan.examples[kind]):
                yield f"  ... and {rest:,} more"
    yield from _names("Unknown pools", plan.unknown_pools)
    yield from _names("Unknown policies", plan.unknown_policies)
    if plan.unread:
        yield f"Columns that were not read: {', '.join(plan.unread)}."


def as_json(plan: Plan, *, done: bool) -> dict[str, Any]:
    """For programs: numbers, the first of each kind, refusals with their reason, names that are unknown."""
    for each in plan.examples["refused"]:
        each["reason"] = words.reason(each["code"], each["params"])
    kept = {
        name: value for name, value in plan.as_json().items() if name not in {"counts", "pools", "policies"}
    }
    return {"done": done, "numbers": plan.numbers._asdict(), **kept}


def _names(title: str, names: Mapping[str, int]) -> Iterator[str]:
    if names:
        yield f"{title}: " + ", ".join(f"{name} ({count:,})" for name, count in names.items())


def _line(example: Example) -> str:
    if "code" in example:
        place = words.place(example["line"], example["params"])
        return f"{place}: {words.reason(example['code'], example['params'])}"
    before, after = example["before"], example["after"]
    if before:
        said = "; ".join(f"{words.COLUMNS[name]}: {before[name]} -> {after[name]}" for name in after)
    else:
        said = ", ".join(str(after[name]) for name in _MADE)
    return f"{example['address']}: {said}"
