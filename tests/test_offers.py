"""No page offers what would be refused: every role walks the links from the first page, over five filled platforms.

Of addresses that differ only in their values one is opened; what a page would post is held against the access table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.urls import resolve

from channels.registry import PLATFORMS
from dashboard.staff.permissions import HOLDERS, ROLES
from tests.access_table import ACCESS
from tests.connected import Connect, pull
from tests.pages import assert_strict_html

ELSEWHERE = ("/static/", "/admin/", "/staff/sign-out/")
ENOUGH = 400  # pages, far more than there are shapes of addresses
LINKS = ("href", "data-href", "data-hx-get")


@pytest.fixture
def filled(connect: Connect) -> None:
    """A connection of every platform, all of its feeds read once."""
    for key in PLATFORMS:
        pull(connect(key).connection)


@pytest.mark.parametrize("role", ROLES)
def test_no_page_offers_what_would_be_refused(filled: None, client_for: Any, role: str):
    client = client_for(role)
    waiting, shapes, refused, opened = [("/", "")], set(), [], 0
    while waiting and opened < ENOUGH:
        address, source = waiting.pop()
        if shape(address) in shapes:
            continue
        shapes.add(shape(address))
        opened += 1
        response = client.get(address, follow=True)
        if response.status_code != 200:
            refused.append((response.status_code, address, source))
        elif response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
            tree = assert_strict_html(response, fragment="<html" not in response.content.decode())
            waiting += [(link, address) for link in links(tree, address)]
            refused += [("may not", action, address) for action in posts(tree) if not may(role, action)]
    assert refused == [], refused
    assert 80 < opened < ENOUGH


def shape(address: str) -> tuple[str, ...]:
    """What addresses of the same page have in common: the path without numbers, and the kind of answer."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    return re.sub(r"\d+", "N", parts.path), query.get("format", ""), query.get("of", "")


def links(tree: Any, here: str) -> Iterator[str]:
    """The addresses on this site that a page links to or loads."""
    for element in tree.iter():
        for name in LINKS:
            given = element.attrib.get(name, "").partition("#")[0]
            to = urljoin(here, given)
            if given and to.startswith("/") and not to.startswith(ELSEWHERE):
                yield to


def posts(tree: Any) -> Iterator[str]:
    """What a page offers to post: by forms that are not shut and have no dead button, and by buttons themselves."""
    for element in tree.iter():
        if element.tag == "form" and element.attrib.get("method") == "post":
            buttons = [one for one in element.iter() if one.tag == "button"]
            shut = any(one.tag == "fieldset" and not is_live(one) for one in element.iter())
            if any(map(is_live, buttons)) or not (buttons or shut):
                yield element.attrib.get("action", "")
        elif element.tag == "button" and is_live(element):
            yield element.attrib.get("formaction", "") or element.attrib.get("data-hx-post", "")


def is_live(control: Any) -> bool:
    """Whether a button can be pressed, or what is in a set of fields can be changed."""
    return "disabled" not in control.attrib and control.attrib.get("aria-disabled") != "true"


def may(role: str, action: str) -> bool:
    """Whether a role may post there; an empty action posts to the page itself, which was opened."""
    path = urlsplit(action).path
    if not path.startswith("/"):
        return True
    needed = ACCESS[resolve(path).view_name]
    return needed not in HOLDERS or role in HOLDERS[needed]
