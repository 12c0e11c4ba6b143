"""Who has numbers to tell. A room registers in its AppConfig.ready(); the panel knows none of them.

A family is one name with its help and its samples. Names are ``panel_<what>[_total]``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True)
class Sample:
    """One number and the labels that tell it from others of its family."""

    value: float
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Family:
    """``kind`` is "gauge" or "counter"."""

    name: str
    help: str
    samples: Iterable[Sample]
    kind: str = "gauge"


_registered: list[Callable[[], Iterable[Family]]] = []


def register(families: Callable[[], Iterable[Family]]) -> None:
    """Ask ``families`` with each scrape from now on; once however often it is called."""
    if families not in _registered:
        _registered.append(families)


def exposition() -> Iterator[str]:
    """All families, line by line (https://prometheus.io/docs/instrumenting/exposition_formats/)."""
    for families in _registered:
        for family in families():
            yield f"# HELP {family.name} {_escaped(family.help)}\n"
            yield f"# TYPE {family.name} {family.kind}\n"
            for sample in family.samples:
                yield f"{family.name}{_labels(sample.labels)} {sample.value:.15g}\n"


def _labels(labels: dict[str, str]) -> str:
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
