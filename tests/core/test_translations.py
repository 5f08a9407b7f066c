"""Every word of the sources is found and translated, and the placeholders survive."""

import ast
import re

import pytest

from dashboard.core import translations

PLACEHOLDERS = re.compile(r"%\((\w+)\)[sd]|%[sd]")

PAGES, CHANNELS = (
    next(path for path in translations.po_files() if folder in path.parts) for folder in ("dashboard", "channels")
)


def named(path):
    """The folder and the language of a catalogue."""
    return f"{path.parts[-5]} {path.parts[-3]}"


def test_the_extractor_reads_templates_and_python():
    ids = {message.id for message in translations.found(PAGES)}
    assert "Skip to content" in ids
    assert "just now" in ids
    assert ("%(n)s day", "%(n)s days") in ids
    assert ("%(n)s row shown", "%(n)s rows shown") in ids


@pytest.mark.parametrize("path", translations.po_files(), ids=named)
def test_nothing_is_left_in_english(path):
    assert translations.missing(path) == []


def test_no_message_hides_in_an_f_string_where_the_extractor_cannot_see_it():
    hidden = [
        f"{path.name}:{text.lineno}"
        for path in sorted((PAGES.parents[3]).rglob("*.py"))
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"_", *translations.KEYWORDS}
    ]
    assert hidden == []


def test_what_channels_say_has_a_catalogue_of_its_own():
    ids = {message.id for message in translations.found(CHANNELS)}
    assert "API key" in ids
    assert "The platform answered %(status)s." in ids
    assert "Skip to content" not in ids


@pytest.mark.parametrize("path", translations.po_files(), ids=named)
def test_placeholders_survive(path):
    for message in translations.read(path):
        if not message.id:
            continue
        sources = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
        targets = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        known = {name for source in sources for name in PLACEHOLDERS.findall(source)}
        for target in filter(None, targets):
            assert set(PLACEHOLDERS.findall(target)) == known, message.id


def test_compiling_is_whole(tmp_path):
    source = PAGES
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    copy = folder / "django.po"
    copy.write_bytes(source.read_bytes())
    assert translations.compile_file(copy).stat().st_size > 500
    assert [each.name for each in folder.iterdir() if each.suffix == ".part"] == []
