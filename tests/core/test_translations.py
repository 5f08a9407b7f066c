"""Every word of the sources is found and translated, and the placeholders survive."""

import re

import pytest

from dashboard.core import translations

PLACEHOLDERS = re.compile(r"%\((\w+)\)[sd]|%[sd]")


def test_the_extractor_reads_templates_and_python():
    ids = {message.id for message in translations.found()}
    assert "Skip to content" in ids
    assert "just now" in ids
    assert ("%(n)s day", "%(n)s days") in ids
    assert ("%(n)s row shown", "%(n)s rows shown") in ids


@pytest.mark.parametrize("path", translations.po_files(), ids=lambda path: path.parts[-3])
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
    source = translations.po_files()[0]
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    copy = folder / "django.po"
    copy.write_bytes(source.read_bytes())
    assert translations.compile_file(copy).stat().st_size > 500
    assert [each.name for each in folder.iterdir() if each.suffix == ".part"] == []
