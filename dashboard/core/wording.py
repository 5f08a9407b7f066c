"""Stored English sentences in the reader's language.

What channels and workers say is kept in English, because nobody knows who will read it. When it is shown it is looked
up among the translated messages: as it stands, or as one of those with values in them. Anything else is somebody's
own words and stays.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from babel.messages.catalog import Message
from babel.messages.mofile import read_mo
from django.utils.translation import get_language, gettext, gettext_noop, to_locale

from dashboard.core import translations

# Names that platforms give to facts and sums, as `spelled` writes them.
NAMES = (
    gettext_noop("Approval status"), gettext_noop("Battery"), gettext_noop("Brand id"), gettext_noop("Chinese name"),
    gettext_noop("Color"), gettext_noop("Coupon code"), gettext_noop("Coupon discount"), gettext_noop("Delivery type"),
    gettext_noop("Discount"), gettext_noop("Discount amount"), gettext_noop("Feature"), gettext_noop("Fixed amount"),
    gettext_noop("Login discount"), gettext_noop("Made for"), gettext_noop("Material"), gettext_noop("Min quantity"),
    gettext_noop("Order subtotal"), gettext_noop("Original price"), gettext_noop("Percentage"),
    gettext_noop("Publish date"), gettext_noop("Purchase"), gettext_noop("Rating"), gettext_noop("Recharge"),
    gettext_noop("Refund"), gettext_noop("Refunded amount"),
    gettext_noop("Sales count"), gettext_noop("Service fee"), gettext_noop("Shipping"), gettext_noop("Shipping cost"),
    gettext_noop("Shipping fee"), gettext_noop("Shipping price"), gettext_noop("Shipping time"), gettext_noop("Size"),
    gettext_noop("Subtotal"), gettext_noop("Supplier"), gettext_noop("Tags"), gettext_noop("Tax"), gettext_noop("User"),
    gettext_noop("Withdrawal"),
)  # fmt: skip

_PLACE = re.compile(r"%\((\w+)\)[sd]")
_SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-Z“])")
_NUMBER = r"[\d.,\u00a0]+"
_CODE = re.compile(r"[a-z][a-zA-Z0-9]*(_[a-zA-Z0-9]+)*")
_PLACED = re.compile(r"(.+) \(at (\S+)\)", re.DOTALL)


class _Catalogue(NamedTuple):
    exact: dict[str, str]
    patterns: list[tuple[re.Pattern[str], str]]


def worded(text: object) -> str:
    """The text in the reader's language when it is ours, unchanged otherwise."""
    language = get_language() or "en"
    said = str(text or "")
    return said if not said or language.startswith("en") else _worded(said, to_locale(language))


@functools.lru_cache(maxsize=1024)
def spelled(name: str) -> str:
    """A field name or code as words: ``orderSubtotal`` and ``order_subtotal`` are “Order subtotal”; others stay."""
    if not _CODE.fullmatch(name):
        return name
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").split()
    plain = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return plain[:1].upper() + plain[1:]


@functools.lru_cache(maxsize=4096)
def _worded(text: str, locale: str) -> str:
    known = _catalogue(locale)
    if text in known.exact:
        return known.exact[text]
    for pattern, template in known.patterns:
        if found := pattern.fullmatch(text):
            return template % {name: _worded(value, locale) for name, value in found.groupdict().items()}
    if placed := _PLACED.fullmatch(text):
        return gettext("%(words)s (at %(path)s)") % {"words": _worded(placed[1], locale), "path": placed[2]}
    sentences = _SENTENCES.split(text)
    return text if len(sentences) == 1 else " ".join(_worded(sentence, locale) for sentence in sentences)


@functools.cache
def _catalogue(locale: str) -> _Catalogue:
    found = _Catalogue({}, [])
    for path in translations.po_files():
        compiled = path.with_suffix(".mo")
        if path.parts[-3] == locale and compiled.exists():
            with compiled.open("rb") as file:
                for message in read_mo(file):
                    _keep(found, message)
    found.patterns.sort(key=lambda pair: len(_PLACE.sub("", pair[0].pattern)), reverse=True)
    return found


def _keep(found: _Catalogue, message: Message) -> None:
    if not message.id or message.context:
        return
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    strings = (message.string,) if isinstance(message.string, str) else tuple(map(str, message.string or ()))
    for number, text in enumerate(ids):
        translated = strings[min(number, len(strings) - 1)]
        if not _PLACE.search(text):
            found.exact.setdefault(text, translated)
        elif _is_telling(text):
            found.patterns.append((_pattern(text), translated))


def _is_telling(text: str) -> bool:
    """Whether a message with values says enough around them to be known again; a bare “%(a)s %(b)s” fits anything."""
    said = _PLACE.sub("", text)
    letters = sum(map(str.isalpha, said))
    return letters >= 7 or (letters >= 4 and ("%(n)s" in text or ":" in said or "→" in said))


def _pattern(text: str) -> re.Pattern[str]:
    """What a message with values looks like once they are in; one named twice is the same twice, `n` is a number."""
    made, at, named = "", 0, set()
    for place in _PLACE.finditer(text):
        name = place[1]
        made += re.escape(text[at : place.start()].replace("%%", "%"))
        made += f"(?P={name})" if name in named else f"(?P<{name}>{_NUMBER if name == 'n' else '.+?'})"
        named.add(name)
        at = place.end()
    return re.compile(made + re.escape(text[at:].replace("%%", "%")), re.DOTALL)
