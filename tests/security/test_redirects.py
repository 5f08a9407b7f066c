"""Addresses that look like ours and are not: no redirect, of any kind, leaves the host (S13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, make_user

HERE = "http://testserver/somewhere/"
LEAVING = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "//evil.example/",
    "//evil.example/%2e%2e",
    "//evil.example?x",
    "//evil.example#x",
    "//evil.example:80",
    "//user@evil.example",
    "//testserver@evil.example/",
    "//testserver:x@evil.example",
    "//testserver.evil.example",
    "//[::1]",
    "//127.1",
    "//0x7f.1",
    "//evil%00.example",
    "//evil。example",
    "//ｅvil.example",
    "/\\evil.example",
    "/\\/evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "\\\\\\evil.example",
    "/\\\\evil.example",
    "https://evil.example/",
    "http://evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "http:///evil.example",
    "http:\\\\evil.example",
    "https:\\/evil.example",
    "https://testserver@evil.example",
    "https://evil.example\\@testserver",
    "https://evil.example#@testserver",
    "https://evil.example?@testserver",
    "https://testserver.evil.example",
    "http://testserver:80@evil.example",
    "ftp://testserver/",
    "ws://testserver/",
    "file:///etc/passwd",
    "mailto:a@evil.example",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\tscript:alert(1)",
    " javascript:alert(1)",
    "javascript://testserver/%0aalert(1)",
    "data:text/html,x",
    "vbscript:x",
    "blob:http://testserver/x",
    "view-source:http://evil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    " //evil.example",
    "\n//evil.example",
    "\x00//evil.example",
    "\x0b//evil.example",
    "\u00a0//evil.example",
    "\u2028//evil.example",
    "/%0d%0aLocation:%20//evil.example",
    "/\r\nLocation: //evil.example",
    "%2f%2fevil.example",
    "/%2f/evil.example",
    "/%5cevil.example",
    "/%09/evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "./\\evil.example",
    "@evil.example",
    "evil.example",
    "?next=//evil.example",
]


def assert_stays(response: Any) -> None:
    """Wherever the browser is sent, as a browser reads it: control characters dropped, backslashes turned."""
    for header in ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url"):
        target = response.headers.get(header)
        if target is None:
            continue
        assert "\n" not in target
        assert "\r" not in target
        seen = (
            target.strip("\x00\x0b\x0c \t\r\n").replace("\t", "").replace("\n", "").replace("\r", "").replace("\\", "/")
        )
        found = urlsplit(urljoin(HERE, seen))
        assert (found.scheme, found.netloc) == ("http", "testserver"), target


def test_there_are_sixty_of_them():
    assert len(set(LEAVING)) == len(LEAVING) >= 60


@pytest.mark.django_db
@pytest.mark.parametrize("target", LEAVING)
def test_no_redirect_leaves_the_host(client_for: Callable[[str], Client], target: str):
    make_user("mei")
    signed_in, anonymous = client_for("admin"), Client()
    given = {"next": target}
    view = {"domain": "orders", "name": "x", "query": "", **given}
    fragment = {"HX-Request": "true", "HX-Current-URL": target.replace("\n", "").replace("\r", "").replace("\x00", "")}
    answers = [
        anonymous.post(reverse("core:language"), {"language": "en", **given}),
        anonymous.get("/staff/profile/", headers={**latin(fragment)}),
        anonymous.post("/staff/profile/", headers={**latin({"Referer": fragment["HX-Current-URL"]})}),
        anonymous.post(reverse("staff:sign_in"), {"username": "mei", "password": PASSWORD, **given}),
        signed_in.get(reverse("staff:sign_in"), given),
        signed_in.post(reverse("core:save_view"), view),
        signed_in.post(reverse("core:save_view"), view, headers={"HX-Request": "true"}),
        signed_in.post(reverse("staff:confirm"), {"password": PASSWORD, **given}),
    ]
    assert [answer.status_code < 500 for answer in answers] == [True] * len(answers)
    assert sum(300 <= answer.status_code < 400 or "HX-Redirect" in answer.headers for answer in answers) >= 6
    for answer in answers:
        assert_stays(answer)


def latin(headers: dict[str, str]) -> dict[str, str]:
    """Header values as bytes allow them."""
    return {name: value.encode("utf-8").decode("latin-1") for name, value in headers.items()}
