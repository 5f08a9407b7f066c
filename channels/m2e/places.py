"""Where a walk over the orders of all accounts stands."""

from __future__ import annotations

import msgspec

from channels.errors import WireError
from channels.records import AccountRecord


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """An account on a marketplace, and how far its orders were read.

    Accounts are walked in the order of their tokens, so that one that comes or goes meanwhile moves no other.
    """

    marketplace: str
    account: str
    offset: int = 0

    def __str__(self) -> str:
        """The cursor."""
        return f"{self.offset}:{self.account}:{self.marketplace}"

    @classmethod
    def read(cls, cursor: str) -> Place:
        """The place that a cursor names. Raises ``WireError`` for anything else."""
        offset, _, rest = cursor.partition(":")
        account, _, marketplace = rest.partition(":")
        if not (offset.isdecimal() and account and marketplace):
            raise WireError(f"Not a page cursor of this feed: {cursor!r}.", path="cursor")
        return cls(offset=int(offset), account=account, marketplace=marketplace)


def following(accounts: tuple[AccountRecord, ...], token: str) -> Place | None:
    """The start of the first valid account behind ``token`` (empty: of all); ``None`` after the last."""
    behind = sorted((a.remote_id, a.marketplace) for a in accounts if a.is_valid and a.remote_id > token)
    return Place(account=behind[0][0], marketplace=behind[0][1]) if behind else None


def barred(accounts: tuple[AccountRecord, ...]) -> tuple[str, ...]:
    """A sentence for each account whose orders cannot be read until it is authorised again."""
    return tuple(
        f"{a.title or a.identifier or a.remote_id} on {a.marketplace} must be authorised again at M2E Cloud."
        for a in sorted(accounts, key=lambda one: one.remote_id)
        if not a.is_valid
    )


def refusal(place: Place, words: str) -> str:
    """A sentence for an account whose orders the platform refuses to list, in its own words."""
    return f"The orders of the account {place.account} on {place.marketplace} are refused: {words}"
