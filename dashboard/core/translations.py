"""The catalogue of words: found in the sources, kept in .po files, compiled to .mo without any outside program."""

import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from dashboard.core import field_names
from dashboard.core.declared import phrases

KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# Header lines that would change with every run and say nothing.
_NOISE = ('"Project-Id', '"Report-', '"POT-', '"PO-Rev', '"Last-', '"Language-Team', '"Generated-')


def po_files() -> list[Path]:
    """The catalogues: one a language for the pages, one for what channels say."""
    return sorted(path for folder in settings.LOCALE_PATHS for path in Path(folder).glob("*/LC_MESSAGES/django.po"))


def read(path: Path) -> Catalog:
    """The catalogue in a .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def found(path: Path) -> Catalog:
    """Every message that the sources of a catalogue name: those of the channels are declared, not marked."""
    catalog = Catalog(project="seller-dashboard", charset="utf-8")
    folder = path.parents[3]  # …/<folder>/locale/<language>/LC_MESSAGES/django.po
    if folder == Path(settings.BASE_DIR) / "channels":
        for file, line, words in phrases(folder):
            catalog.add(words, locations=[(str(file), line)])
        return catalog
    for place, line, message, comments, context in _messages():
        catalog.add(message, locations=[(place, line)], auto_comments=comments, context=context)
    for label in field_names.labels():
        catalog.add(label, context=field_names.CONTEXT)
    return catalog


def _messages() -> Iterator[tuple[str, int, str | tuple[str, ...], list[str], str | None]]:
    root = Path(settings.BASE_DIR)
    for folder, pattern in (("dashboard", "*.py"), ("templates", "*.html")):
        for path in sorted((root / folder).rglob(pattern)):
            text = path.read_text(encoding="utf-8")
            if pattern == "*.html":
                # Python as far as the tokeniser cares: calls of gettext among fillers, without their indentation.
                text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
            place = str(path.relative_to(root))
            for line, message, comments, context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
                yield place, line, message, comments, context


def missing(path: Path) -> list[str]:
    """The messages that the sources name and the catalogue lacks or has not translated."""
    catalog = read(path)
    return [_words(message) for message in found(path) if message.id and not _translated(catalog, message)]


def _translated(catalog: Catalog, message: Message) -> bool:
    known = catalog.get(message.id, message.context)
    if known is None or known.fuzzy:
        return False
    return all(known.string) if isinstance(known.string, (list, tuple)) else bool(known.string)


def _words(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (list, tuple)) else message.id


def update(path: Path) -> None:
    """Add what the sources name anew, drop what they no longer name; translations stay."""
    catalog = read(path)
    catalog.update(found(path), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=120, no_location=True, sort_output=True)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(_NOISE)).lstrip(), encoding="utf-8")


def compile_file(path: Path) -> Path:
    """Write the .mo beside the .po; whole or not at all, whoever else does the same."""
    target = path.with_suffix(".mo")
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".mo.part", delete=False) as part:
        write_mo(part, read(path))
    os.chmod(part.name, 0o644)  # read by whoever serves, not only by who compiled
    os.replace(part.name, target)
    return target


def ensure_compiled() -> None:
    """Compile what is missing or older than its .po; a folder that cannot be written stays in English."""
    for path in po_files():
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        try:
            compile_file(path)
        except OSError:
            continue
