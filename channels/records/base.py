"""What every record is made of: the base, money, pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Base of all records. They are trees of values: the cycle collector need not walk them."""


class Money(Record, frozen=True, kw_only=True):
    """An amount in major units of ``currency`` (ISO 4217, upper case)."""

    amount: Decimal
    currency: str


class Bad(Record, frozen=True, kw_only=True):
    """One item of a page that could not be understood: it goes to quarantine, the rest of the page is stored."""

    remote_id: str
    path: str
    reason: str
    raw: bytes


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One page of a pull. ``next`` is the opaque cursor of the following page, ``None`` after the last.

    ``unseen`` says in words what could not be looked at (an account that must be authorised again): a sweep with
    such a page calls nothing gone.
    """

    records: tuple[T, ...]
    bad: tuple[Bad, ...] = ()
    next: str | None = None
    total: int | None = None
    unseen: tuple[str, ...] = ()


class Attribute(Record, frozen=True, kw_only=True):
    """A named value: an attribute of a product, an option of a variant."""

    name: str
    value: str
