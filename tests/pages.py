"""What every page must be: strictly parseable HTML, without anything inline, clean for axe."""

import re
import time
from typing import Any

import html5lib
from django.http import HttpResponse

_STRUCTURE = {"expected-doctype-but-got-start-tag", "expected-doctype-but-got-chars"}


def assert_strict_html(response: HttpResponse, *, fragment: bool = False) -> Any:
    """Parse the body with an unforgiving parser; refuse inline style and script; returns the tree."""
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    text = response.content.decode()
    tree = parser.parseFragment(text) if fragment else parser.parse(text)
    errors = [(place, code, data) for place, code, data in parser.errors if not (fragment and code in _STRUCTURE)]
    assert errors == [], f"not strict HTML: {[(e, text.splitlines()[e[0][0] - 1][:200]) for e in errors[:3]]}"
    ids: set[str] = set()
    for element in tree.iter():
        _assert_nothing_inline(element)
        own = element.attrib.get("id")
        assert own is None or own not in ids, f"id {own} stands twice"
        ids.add(own or "")
    return tree


def flat(response: HttpResponse) -> str:
    """The body without the line breaks that its templates have for who writes them."""
    text = re.sub(r"(?<=>)\s*\n\s*|\s*\n\s*(?=<)", "", response.content.decode())
    return re.sub(r"\s*\n\s*", " ", text)


def _assert_nothing_inline(element: Any) -> None:
    tag = element.tag if isinstance(element.tag, str) else ""
    assert tag != "style", "a <style> element"
    assert tag != "script" or element.attrib.get("src"), "an inline script"
    for name in element.attrib:
        lowered = str(name).lower()
        assert lowered != "style", f"style= on <{tag}>"
        assert not lowered.startswith("on"), f"{name}= on <{tag}>"
        assert "hx-on" not in lowered, f"{name}= on <{tag}>"


def eventually(page: Any, script: str, wanted: Any) -> None:
    """Wait until a script in the page gives the wanted value. (A policy without eval forbids the browser's own way.)"""
    deadline = time.monotonic() + 90
    while (found := page.evaluate(script)) != wanted:
        assert time.monotonic() < deadline, f"{script} gives {found!r}, not {wanted!r}"
        page.wait_for_timeout(50)


def go_by_keys(page: Any, *keys: str) -> None:
    """Press keys one upon the other, however slow the machine is: the second of `g o` must follow within a second."""
    press = "key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}))"
    page.evaluate(f"keys => keys.forEach({press})", list(keys))


def assert_pages_hold(page: Any, *addresses: str) -> None:
    """Each page is clean for axe as the tab is, and runs over no edge, on a tablet either."""
    own = page.viewport_size
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert_axe_clean(page)
        for size in (own, own | {"width": 768}):
            page.set_viewport_size(size)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, (address, size)
        page.set_viewport_size(own)


def assert_axe_clean(page: Any, *rules: str) -> None:
    """No violation of WCAG 2.2 AA that axe can find in the page as it stands in the browser; `rules` narrows it."""
    from axe_playwright_python.base import AXE_FILE_PATH

    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_FILE_PATH.read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    asked = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": tags}
    # Only violations are described in full: of what passes, a long list has thousands.
    found = page.evaluate(
        "runOnly => axe.run(document, {runOnly, resultTypes: ['violations']}).then(found => found.violations)", asked
    )
    problems = [
        f"{each['id']}: {node['html'][:160]} ({node.get('failureSummary', '')[:200]})"
        for each in found
        for node in each["nodes"]
    ]
    assert problems == [], "\n".join(problems)
