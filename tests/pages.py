"""A page as its reader has it: texts, links, menus, rows, and forms that are filled in by their labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.test.html import Element, parse_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse
    from django.test import Client

_VALUED = {"input", "select", "textarea", "button"}


def attribute(element: Element, name: str) -> str | None:
    """The value of an attribute: "" when it stands alone, None when it is missing."""
    return {key: value or "" for key, value in element.attributes}.get(name)


def text_of(element: Element | str) -> str:
    """All text below ``element`` on one line."""
    if isinstance(element, str):
        return element
    return " ".join(" ".join(map(text_of, element.children)).split())


def below(element: Element) -> Iterator[Element]:
    """Every element below ``element``, in order of appearance."""
    for child in element.children:
        if isinstance(child, Element):
            yield child
            yield from below(child)


def _words(label: Element) -> str:
    """The text of a label without that of the control inside."""
    parts = [
        child if isinstance(child, str) else _words(child)
        for child in label.children
        if not _is_control(child)
    ]
    return " ".join(" ".join(parts).split())


def _is_control(child: Element | str) -> bool:
    return isinstance(child, Element) and child.name in _VALUED


@dataclass
class Box:
    """One field of a form as the browser would send it: ``value`` None is not sent."""

    name: str
    kind: str
    label: str
    value: str | None
    offered: str = "on"
    disabled: bool = False


@dataclass
class Form:
    """One form of a page, filled in by labels."""

    method: str
    action: str
    address: str
    boxes: list[Box]
    buttons: list[str]

    def box(self, label: str) -> Box:
        """The field with this label."""
        found = [box for box in self.boxes if box.label == label]
        assert found, f"No field is called {label!r}, only {self.labels}"
        return found[0]

    @property
    def labels(self) -> list[str]:
        """The labels of what the reader can fill in, in order."""
        return [box.label for box in self.boxes if box.kind != "hidden"]

    def fill(self, **values: str | bool) -> Form:
        """Type text into, tick or untick the fields with these *names*."""
        for name, value in values.items():
            self._set(next(box for box in self.boxes if box.name == name), value)
        return self

    def fill_in(self, values: dict[str, str | bool]) -> Form:
        """Type text into, tick or untick the fields with these *labels*."""
        for label, value in values.items():
            self._set(self.box(label), value)
        return self

    @staticmethod
    def _set(box: Box, value: str | bool) -> None:
        assert not box.disabled, f"{box.label} cannot be filled in"
        box.value = (box.offered if value else None) if isinstance(value, bool) else value

    @property
    def data(self) -> dict[str, list[str]]:
        """What the browser would send."""
        sent: dict[str, list[str]] = {}
        for box in self.boxes:
            if box.value is not None and box.name and not box.disabled:
                sent.setdefault(box.name, []).append(box.value)
        return sent

    def send(self, client: Client, **extra: Any) -> HttpResponse:
        """Send it, and follow nowhere."""
        call = client.post if self.method == "post" else client.get
        return call(self.action or self.address, self.data, **extra)  # type: ignore[return-value]


@dataclass
class Page:
    """A page that came back as ``response`` (status and all)."""

    response: Any = field(repr=False)
    root: Element = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.root = parse_html(self.response.getvalue().decode())

    @property
    def status(self) -> int:
        """The status code."""
        return int(self.response.status_code)

    def all(self, *names: str, **attributes: str) -> list[Element]:
        """Every element with one of these names (or any) and attributes (``class_`` is one of several)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in (self.root, *below(self.root))
            if (not names or element.name in names)
            and all(
                value in (attribute(element, name) or "").split()
                if name == "class"
                else attribute(element, name) == value
                for name, value in wanted.items()
            )
        ]

    def texts(self, *names: str, **attributes: str) -> list[str]:
        """The texts of those elements."""
        return [text_of(element) for element in self.all(*names, **attributes)]

    @property
    def text(self) -> str:
        """All text of the page."""
        return text_of(self.root)

    @property
    def links(self) -> dict[str, str]:
        """Each link by its text."""
        return {text_of(link): attribute(link, "href") or "" for link in self.all("a")}

    @property
    def menu(self) -> list[str]:
        """The items of the menus, but those about the account."""
        account = {"Change password", "Support desk", "Sign out"}
        return [item for item in self.texts(role="menuitem") if item not in account]

    @property
    def alerts(self) -> list[str]:
        """What is announced at once, but the hidden sentence of swap.js."""
        return [text_of(each) for each in self.all(role="alert") if attribute(each, "hidden") is None]

    @property
    def said(self) -> list[str]:
        """The sentences of the message bar, but the hidden one of swap.js."""
        return [
            text_of(next(each for each in below(bar) if each.name == "p"))
            for bar in self.all("div", class_="msg")
            if attribute(bar, "hidden") is None
        ]

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the list's rows, without the box that selects."""
        bodies = self.all("tbody")
        rows = [child for child in below(bodies[0]) if child.name == "tr"] if bodies else []
        return [
            [
                text_of(cell)
                for cell in below(row)
                if cell.name == "td" and "pick" not in (attribute(cell, "class") or "").split()
            ]
            for row in rows
        ]

    def form(self, holding: str) -> Form:
        """The form that holds a field or a button of this name or label."""
        for element in self.all("form"):
            form = self._form(element)
            names = {attribute(each, "name") for each in below(element) if each.name == "button"}
            names |= {each for box in form.boxes for each in (box.name, box.label)}
            if holding in names or holding in form.buttons:
                return form
        raise AssertionError(f"No form holds {holding!r}")

    def _form(self, element: Element) -> Form:
        key = attribute(element, "id") or ""
        own = [each for each in below(element) if attribute(each, "form") in {None, key}]
        own += [each for each in self.all() if key and attribute(each, "form") == key and each not in own]
        valued = [each for each in own if each.name in _VALUED]
        return Form(
            method=(attribute(element, "method") or "get").lower(),
            action=attribute(element, "action") or "",
            address=self.response.wsgi_request.get_full_path(),
            boxes=[self._box(each) for each in valued if each.name != "button"],
            buttons=[text_of(each) for each in valued if each.name == "button"],
        )

    def _box(self, element: Element) -> Box:
        kind = attribute(element, "type") or ("text" if element.name == "input" else str(element.name))
        value = attribute(element, "value")
        if element.name == "textarea":
            value = text_of(element)
        elif element.name == "select":
            options = [each for each in below(element) if each.name == "option"]
            chosen = [each for each in options if attribute(each, "selected") is not None] or options[:1]
            own = attribute(chosen[0], "value") if chosen else None
            value = text_of(chosen[0]) if chosen and own is None else own
        offered = value if value is not None else "on"
        if kind in {"checkbox", "radio"} and attribute(element, "checked") is None:
            value = None
        elif kind in {"checkbox", "radio"}:
            value = offered
        return Box(
            name=attribute(element, "name") or "",
            kind=kind,
            label=self._label(element),
            value="" if value is None and kind not in {"checkbox", "radio", "select"} else value,
            offered=offered,
            disabled=attribute(element, "disabled") is not None,
        )

    def _label(self, element: Element) -> str:
        if said := attribute(element, "aria-label"):
            return said
        key = attribute(element, "id")
        for label in self.all("label"):
            if (key and attribute(label, "for") == key) or any(each is element for each in below(label)):
                return _words(label).rstrip("*").strip()
        return ""
