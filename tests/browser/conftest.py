"""A real browser, where there is one: tests here are skipped with a clear line otherwise."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started

from channels.imetastore.sandbox import ImetastoreSandbox
from tests.connected import pull

PATIENCE = 90_000  # milliseconds: a busy machine with two cores takes its time
NO_PROBLEM = ("422", "htmx:sendAbort", "htmx:afterRequest")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium for the whole run. Playwright leaves an event loop behind, hence the variable."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium found (chromium or google-chrome in PATH, or CHROMIUM=/path)")
    sync_api = pytest.importorskip("playwright.sync_api")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def is_problem(message: Any) -> bool:
    """Whether a line of the console tells of a fault.

    A refused form and a poll broken off by the next page are none.
    """
    return message.type == "error" and not any(words in message.text for words in NO_PROBLEM)


@pytest.fixture
def at_rest() -> Iterator[Callable[[], None]]:
    """Waits until no request is under way: one that outlives its test writes into the database of the next."""
    under_way: list[object] = []

    def begun(**_more: Any) -> None:
        under_way.append(None)

    def ended(**_more: Any) -> None:
        if under_way:
            under_way.pop()

    def wait() -> None:
        deadline = time.monotonic() + PATIENCE / 1000
        while under_way and time.monotonic() < deadline:
            time.sleep(0.02)

    request_started.connect(begun)
    request_finished.connect(ended)
    yield wait
    request_started.disconnect(begun)
    request_finished.disconnect(ended)


@pytest.fixture
def page_for(
    browser: Any, live_server: Any, client_for: Callable[[str], Any], settings: Any, at_rest: Callable[[], None]
) -> Iterator[Callable[..., Any]]:
    """``page_for(role, width=1440, theme="light", language="en")``: a signed-in tab; console errors fail the test."""
    contexts: list[Any] = []
    problems: list[str] = []

    def make(role: str, *, width: int = 1440, theme: str = "light", language: str = "en") -> Any:
        cookies = {settings.SESSION_COOKIE_NAME: client_for(role).cookies[settings.SESSION_COOKIE_NAME].value}
        cookies |= {"theme": theme, settings.LANGUAGE_COOKIE_NAME: language}
        context = browser.new_context(viewport={"width": width, "height": 900}, base_url=live_server.url)
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: problems.append(message.text) if is_problem(message) else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: (problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.problems = problems
        return page

    yield make
    found = list(problems)  # closing breaks off polls, which is no problem of a page
    for context in contexts:
        context.close()
    at_rest()
    assert found == []


@pytest.fixture
def goods(connect: Callable[..., Any]) -> Any:
    """A marketplace with orders, cases and threads."""
    found = connect("imetastore", "goods", values=dict(ImetastoreSandbox.options))
    pull(found.connection, "orders", "deliveries", "cases", "threads", "messages")
    return found


@pytest.fixture
def desk(connect: Callable[..., Any]) -> Any:
    """A partner with orders and tickets."""
    found = connect("shoppo", "desk")
    pull(found.connection, "orders", "tickets")
    return found
