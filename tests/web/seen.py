"""What a person sees of a page: its tables, fields and messages, read out of the markup."""

import re
from collections.abc import Iterator
from typing import Any

from django.test.html import Element, parse_html


def elements(root: Any, name: str, /, **attributes: str) -> list[Element]:
    """Every element of that name with those attributes, in the order of the page; `class_` may be one of several."""
    wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    return [one for one in _walk(_root(root)) if one.name == name and _fits(one, wanted)]


def text(root: Any) -> str:
    """The words of an element or a whole response, with single spaces and none before a comma or its like."""
    return re.sub(r" (?=[,;.:)])", "", " ".join(" ".join(_words(_root(root))).split()))


def table(response: Any, caption: str) -> list[list[str]]:
    """The body of the table whose caption begins so: a list of cell texts for each row."""
    (found,) = [
        one for one in elements(response, "table") if text(elements(one, "caption")[0]).startswith(caption)
    ]
    (body,) = elements(found, "tbody")
    return [[text(cell) for cell in _cells(row)] for row in elements(body, "tr")]


def typed(response: Any, name: str) -> str:
    """What stands in the field of that name: its value, its text, or its chosen option."""
    for kind in ("input", "textarea", "select"):
        for field in elements(response, kind, name=name):
            if kind == "textarea":
                return text(field)
            if kind == "select":
                return next(
                    (_attribute(o, "value") for o in elements(field, "option") if _has(o, "selected")), ""
                )
            if _attribute(field, "type") != "radio" or _has(field, "checked"):
                return _attribute(field, "value")
    return ""


def errors(response: Any) -> list[str]:
    """The problems named at the top of the page."""
    summaries = [
        one for one in elements(response, "div", class_="banner-danger") if _attribute(one, "role") == "alert"
    ]
    return [text(item) for one in summaries for item in elements(one, "li")]


def messages(response: Any) -> list[str]:
    """What the page says was done."""
    return [text(item) for one in elements(response, "ul", class_="messages") for item in elements(one, "li")]


def links(response: Any, words: str) -> list[str]:
    """Where the links with exactly these words lead."""
    return [_attribute(one, "href") for one in elements(response, "a") if text(one) == words]


def _root(root: Any) -> Element:
    return root if isinstance(root, Element) else parse_html(root.content.decode())


def _walk(root: Element) -> Iterator[Element]:
    yield root
    for child in root.children:
        if isinstance(child, Element):
            yield from _walk(child)


def _words(root: Element) -> Iterator[str]:
    for child in root.children:
        if isinstance(child, Element):
            yield from _words(child)
        else:
            yield str(child)


def _cells(row: Element) -> list[Element]:
    return [child for child in row.children if isinstance(child, Element) and child.name in {"th", "td"}]


def _fits(element: Element, wanted: dict[str, str]) -> bool:
    return all(
        value in _attribute(element, key).split() if key == "class" else _attribute(element, key) == value
        for key, value in wanted.items()
    )


def _attribute(element: Element, name: str) -> str:
    return next((value or "" for key, value in element.attributes if key == name), "")


def _has(element: Element, name: str) -> bool:
    return any(key == name for key, _ in element.attributes)
