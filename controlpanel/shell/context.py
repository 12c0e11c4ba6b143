"""What base.html needs on every page: the left bar, the tabs, theme and languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_info

from controlpanel.navigation import GROUPS, Group, Tab, current_tab

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.functional import _StrPromise

THEMES = ("auto", "light", "dark")
ROWS_PER_PAGE = (25, 50, 100, 200)


@dataclass(frozen=True)
class Link:
    """A place to go: ``current`` marks the one the reader is at."""

    label: _StrPromise | str
    url: str
    current: bool
    icon: str = ""
    tabs: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Frame:
    """The frame around a page. ``tabs`` are those of the current group."""

    groups: tuple[Link, ...]
    group: Link | None
    theme: str
    languages: tuple[tuple[str, str, bool], ...]

    @property
    def title(self) -> str:
        """The name of the current tab, or of the group when it has no tabs."""
        here = next((tab for tab in self.tabs if tab.current), self.group)
        return str(here.label) if here else ""

    @property
    def tabs(self) -> tuple[Link, ...]:
        """The tab strip of the current group; empty for a group that has one page and no tab label."""
        return self.group.tabs if self.group else ()


def preference(request: HttpRequest, name: str) -> str:
    """What the reader's browser remembers under ``name``; "" when it remembers nothing."""
    return request.COOKIES.get(f"{settings.COOKIE_PREFIX}{name}", "")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the variable ``frame``, built only when a template asks for it."""
    return {"frame": SimpleLazyObject(lambda: _build(request))}


def _build(request: HttpRequest) -> Frame:
    here = request.resolver_match.view_name if request.resolver_match else ""
    current = current_tab(here)
    groups = tuple(_link(group, current) for group in GROUPS)
    theme = preference(request, "theme") or "auto"
    return Frame(
        groups=groups,
        group=next((link for link in groups if link.current), None),
        theme=theme if theme in THEMES else "auto",
        languages=tuple(
            (
                code,
                get_language_info(code)["name_local"].capitalize(),
                code == get_language(),
            )
            for code, _name in settings.LANGUAGES
        ),
    )


def _link(group: Group, current: Tab | None) -> Link:
    """A group with its tabs; a page of a tab without a label is shown under the labelled one before it."""
    if current in group.tabs:
        before = group.tabs[: group.tabs.index(current) + 1]
        current = next((tab for tab in reversed(before) if tab.label), current)
    tabs = tuple(Link(tab.label, reverse(tab.first_page), tab is current) for tab in group.tabs)
    return Link(
        label=group.label,
        url=tabs[0].url,
        current=any(tab.current for tab in tabs),
        icon=group.slug,
        tabs=tuple(tab for tab in tabs if tab.label),
    )
