"""Wire decoding: bytes → typed structs, with the path of the fault named in the error.

Numbers become ``Decimal`` or ``int`` without passing through a float. Unknown fields are ignored here and survive in
the record's ``raw``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

import msgspec

from channels.errors import WireError
from channels.records import Attribute, Bad

T = TypeVar("T")
R = TypeVar("R")

MAX_RAW = 64 * 1024
MAX_RECORDS = 5_000
MAX_EXPONENT = 14
MAX_INTEGER = 2_147_483_647
SMALLEST = Decimal("0.0001")

# An id as platforms send it; `text()` makes it one of ours. Never a float.
Id = int | str

# A whole number as platforms send it, also as text or as ``5.0``; `count()` makes it one of ours.
Count = int | Decimal


class Wire(msgspec.Struct, kw_only=True, gc=False):
    """Base of wire structs: field names exactly as documented (``rename`` maps those that Python cannot spell).

    They are trees that came from JSON: the cycle collector need not walk them.
    """


@cache
def _decoder(kind: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind, strict=True)


def decode(body: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode one JSON document. Raises ``WireError`` naming the path for anything unlike ``kind``."""
    try:
        return _decoder(kind).decode(body)  # type: ignore[no-any-return, arg-type]
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `")
        raise WireError(f"Unlike the document: {reason}.", path=path.rstrip("`") or "$") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise WireError(f"Not readable as JSON: {error}.") from None


def each(
    raws: Iterable[msgspec.Raw], kind: type[T], record: Callable[[T, bytes], R], *, id_of: str = "id", at: str = "$"
) -> tuple[tuple[R, ...], tuple[Bad, ...]]:
    """Decode and map every item of a page by itself; an item that fails becomes a :class:`Bad`, the rest stands.

    ``record(wire, raw)`` maps one item. ``id_of`` names the key that holds an item's id, ``at`` the list's path.
    Raises ``WireError`` when the page holds more than 5,000 items.
    """
    good: list[R] = []
    bad: list[Bad] = []
    for index, raw in enumerate(raws):
        if index >= MAX_RECORDS:
            raise WireError(f"A page of more than {MAX_RECORDS} records was refused.", path=at)
        body = bytes(raw)
        try:
            good.append(record(decode(body, kind), body))
        except WireError as error:
            path = f"{at}[{index}]{error.path.removeprefix('$')}"
            bad.append(Bad(remote_id=peek(body, id_of), path=path, reason=error.words, raw=body[:MAX_RAW]))
    return tuple(good), tuple(bad)


def peek(body: bytes, key: str) -> str:
    """The text of ``key`` in a JSON object that may be bad otherwise; empty when it cannot be told."""
    try:
        value = msgspec.json.decode(body, type=dict[str, msgspec.Raw]).get(key)
        return text(msgspec.json.decode(value, type=int | str | None)) if value else ""
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return ""


# -- small conversions that every mapping needs ----------------------------------------------------------------------


def text(value: object) -> str:
    """``None`` → empty, everything else its text without control characters at the ends."""
    return "" if value is None else str(value).strip()


def required_id(value: Id | None, path: str = "id") -> str:
    """An id as text; raises ``WireError`` when it is missing, empty or too long to be one."""
    found = text(value)
    if not found or len(found) > 200:
        raise WireError("A record without a usable id.", path=f"$.{path}")
    return found


def amount(value: Decimal | int | str | None, path: str = "amount") -> Decimal | None:
    """Money in major units; empty stays ``None``. Raises ``WireError`` for what is no amount (NaN, 10^20, words)."""
    if value is None or (isinstance(value, str) and not value):
        return None
    try:
        found = value if isinstance(value, Decimal) else Decimal(str(value).strip())
        if found.is_finite() and found.adjusted() <= MAX_EXPONENT:
            return found.quantize(SMALLEST)
    except ArithmeticError:
        pass
    raise WireError("Not an amount.", path=f"$.{path}")


def count(value: int | Decimal | str | None, path: str = "quantity") -> int | None:
    """A whole number that fits the database; ``None`` stays ``None``."""
    if value is None or (isinstance(value, str) and not value):
        return None
    if type(value) is int and abs(value) <= MAX_INTEGER:
        return value
    try:
        number = Decimal(str(value))
        found = int(number) if number.adjusted() < 12 else None  # a huge exponent would take hours to write out
    except (ArithmeticError, ValueError):
        raise WireError("Not a whole number.", path=f"$.{path}") from None
    if found is None or abs(found) > MAX_INTEGER:
        raise WireError("A number out of range.", path=f"$.{path}")
    return found


def iso_time(value: str | None, path: str = "time") -> datetime | None:
    """ISO 8601 (or ``YYYY-MM-DD HH:MM:SS``) → aware UTC; no zone means UTC. Raises ``WireError`` for other text."""
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise WireError("Not a time.", path=f"$.{path}") from None
    return _plausible(found, path)


def unix_time(value: int | Decimal | str | None, path: str = "time") -> datetime | None:
    """Seconds or milliseconds since 1970 → aware UTC (above 10^11 it is milliseconds); 0 and ``None`` → ``None``."""
    if value in (None, "", 0, "0"):
        return None
    try:
        number = Decimal(str(value))
        if abs(number) > 10**11:
            number /= 1000
        found = datetime.fromtimestamp(float(number), UTC)
    except (ArithmeticError, ValueError, OverflowError, OSError):
        raise WireError("Not a time.", path=f"$.{path}") from None
    return _plausible(found, path)


def _plausible(found: datetime, path: str) -> datetime | None:
    """The year 0001 is a platform's way to say nothing; other times outside 1970–2200 are refused."""
    if found.year == 1:
        return None
    if not 1970 <= found.year <= 2200:
        raise WireError("A time out of range.", path=f"$.{path}")
    return found


def word(table: dict[str, str], value: object) -> str:
    """Our word for the platform's; ``unknown`` when no table has it. Compared without case, spaces, ``_`` and ``-``."""
    return table.get(_plain(text(value)), "unknown")


def words(**pairs: str) -> dict[str, str]:
    """A status table for :func:`word` from platform word → ours."""
    return table(pairs)


def table(pairs: dict[str, str]) -> dict[str, str]:
    """A status table for :func:`word` from platform word → ours, for words that Python cannot spell as names."""
    return {_plain(key): value for key, value in pairs.items()}


def _plain(value: str) -> str:
    return value.casefold().replace("_", "").replace("-", "").replace(" ", "")


def attributes(pairs: Iterable[Any] | None) -> tuple[Attribute, ...]:
    """``[{name, value}]`` structs → attributes, without the nameless."""
    return tuple(Attribute(name=text(p.name), value=text(p.value)) for p in pairs or () if p and text(p.name))


def urls(values: Iterable[str | None] | None) -> tuple[str, ...]:
    """Image addresses without the empty ones."""
    return tuple(text(value) for value in values or () if text(value))
