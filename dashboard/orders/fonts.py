"""Which font of a paper shows a letter, and in which order letters stand on a line.

What Helvetica can show stands in it, when it is all of a text. Latin as a whole (Polish, Turkish, Vietnamese …), Greek
and Cyrillic stand in Noto Sans, Arabic in its sister, both embedded with just the letters that are used; Chinese and
kana in the PDF reader's own Chinese font. What is left (Hebrew, Hangul, an emoji) may be in a font of this machine.
"""

from __future__ import annotations

import functools
import itertools
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import fontpkg
from arabic_reshaper import reshape
from bidi import get_display
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from dashboard.core import formatting

OWN = ""  # the font of the paragraph's style
LATIN, ARABIC, WIDE = "Noto Sans", "Noto Sans Arabic", "STSong-Light"
BOX = "□"
VARIANTS = "\ufe0e\ufe0f"  # whether an emoji has colour
TURNED = 78 * mm  # as much of a line that is read from the right as fits into every column
# Of what the machine has: fonts whose letters need no shaping that we do not do.
FOLDERS = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "/Library/Fonts", "/System/Library/Fonts",
    "C:/Windows/Fonts",
)  # fmt: skip
NAMES = (
    "DejaVuSans.ttf", "NotoSansHebrew-Regular.ttf", "NotoSansSymbols2-Regular.ttf", "NotoEmoji-Regular.ttf",
    "Symbola.ttf", "Symbola_hint.ttf", "NanumGothic.ttf", "AppleGothic.ttf", "malgun.ttf", "seguisym.ttf",
    "arialuni.ttf", "Arial Unicode.ttf",
)  # fmt: skip
SHAPED = ((0x0900, 0x0DFF), (0x0F00, 0x109F), (0x1780, 0x17FF))  # Indic, Tibetan, Burmese, Khmer: a box is more honest
pdfmetrics.registerFont(UnicodeCIDFont(WIDE))


def runs(words: str, font: str, size: float) -> list[tuple[str, str]]:
    """A text as pieces of font and letters, lines parted by line breaks; what nothing can show is a box."""
    shown = "\n".join(laid for line in _clean(words).split("\n") for laid in _laid_out(line, font, size))
    found = [(letter, font_of(letter)) for letter in shown]
    latin = LATIN if any(name == LATIN for _letter, name in found) else OWN  # no word in two hands
    named = [(letter if name is not None else BOX, latin if name == OWN else name or WIDE) for letter, name in found]
    return [(name, "".join(letter for letter, _ in run)) for name, run in itertools.groupby(named, lambda one: one[1])]


def has_boxes(words: str) -> bool:
    """Whether some letter of a text is a box on paper."""
    return any(font_of(letter) is None for letter in reshape(_clean(words)))


@functools.lru_cache(maxsize=4096)
def font_of(letter: str) -> str | None:
    """The font that has a letter: `OWN` for what each has, None for what none has."""
    if _encodes(letter, "cp1252"):
        return OWN
    if any(first <= ord(letter) <= last for first, last in SHAPED):
        return None
    ours = (name for name in (LATIN, ARABIC) if ord(letter) in _letters_of(name))
    if name := next(ours, ""):
        return name
    if _encodes(letter, "gbk"):
        return WIDE
    return next((name for name in _of_the_machine() if ord(letter) in _letters_of(name)), None)


def _clean(words: str) -> str:
    """Composed letters; joiners and marks of direction cannot be seen anyway, and a minus is a dash."""
    kept = (one for one in unicodedata.normalize("NFC", words) if unicodedata.category(one) != "Cf")
    return "".join("–" if one == formatting.MINUS else one for one in kept if one not in VARIANTS)


def _laid_out(line: str, font: str, size: float) -> Iterator[str]:
    """A line as it stands on paper. What is read from the right is broken first, because the end comes to the left."""
    if not any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in line):
        yield line
        return
    joined = ""
    for word in reshape(line).split(" "):
        longer = f"{joined} {word}" if joined else word
        if joined and _width(longer, font, size) > TURNED:
            yield get_display(joined)
            longer = word
        joined = longer
    yield get_display(joined)


def _width(text: str, font: str, size: float) -> float:
    return sum(pdfmetrics.stringWidth(letter, font_of(letter) or font, size) for letter in text)


@functools.cache
def _letters_of(name: str) -> frozenset[int]:
    """The letters of an embedded font, which is read when it is first asked for."""
    if name in (LATIN, ARABIC):
        pdfmetrics.registerFont(TTFont(name, str(fontpkg.path(name))))
    return frozenset(pdfmetrics.getFont(name).face.charToGlyph)


@functools.cache
def _of_the_machine() -> tuple[str, ...]:
    """The fonts that lie in the usual folders, registered under their names."""
    there = (Path(folder).expanduser() for folder in FOLDERS)
    files = {path.name: path for folder in there if folder.is_dir() for path in folder.rglob("*.ttf")}
    return tuple(name for name in NAMES if name in files and _is_readable(name, files[name]))


def _is_readable(name: str, path: Path) -> bool:
    try:
        pdfmetrics.registerFont(TTFont(name, str(path)))
    except (TTFError, OSError):
        return False
    return True


def _encodes(letter: str, encoding: str) -> bool:
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
