"""The dashboard asks for capabilities: no platform is named in its code, pages or style."""

import re
from pathlib import Path

import pytest

from channels.registry import PLATFORMS

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("dashboard", "templates", "static")
SUFFIXES = {".py", ".html", ".txt", ".js", ".css", ".svg", ".po"}


def sources():
    return [
        path
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in SUFFIXES and "__pycache__" not in path.parts
    ]


@pytest.mark.parametrize("key", PLATFORMS)
def test_no_platform_is_named(key):
    name = re.compile(rf"(?<![a-z]){re.escape(key)}(?![a-z])", re.IGNORECASE)
    named = [str(path.relative_to(ROOT)) for path in sources() if name.search(path.read_text(encoding="utf-8"))]
    assert named == []


def test_there_is_something_to_search():
    assert len(sources()) > 50
