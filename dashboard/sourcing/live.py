"""What cannot be mirrored, because a person decides what to ask: searches, quotes, what the wallet has right now.

Only these pages, and the trial of new credentials, wait for a platform. They ask as a person does (ahead of the feeds,
waiting little), keep answers for five minutes, and turn every failure into a sentence; nothing else of a page depends
on them.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from channels import capabilities as can
from channels import records as r
from channels.errors import ChannelError
from dashboard.core.scrub import scrub_text
from dashboard.core.wording import worded
from dashboard.sourcing.feeds import look_at
from dashboard.sync.models import Connection
from dashboard.sync.opening import open_channel
from dashboard.sync.recorder import recording

KEPT_SECONDS = 300
LOOK_SECONDS = 60
WALLET_SECONDS = 15


@dataclass(frozen=True)
class Answer:
    """What the platform said, or why nobody can tell."""

    value: Any = None
    problem: str = ""


def ask(connection: Connection, name: str, question: Any, call: Callable[[Any], Any], seconds: int) -> Answer:
    """Ask once in `seconds` for each connection and question. A failure is not kept."""
    digest = hashlib.blake2b(pickle.dumps(question), digest_size=16).hexdigest()
    key = f"live:{connection.pk}:{connection.version}:{name}:{digest}"
    kept = cache.get(key)
    if kept is not None:
        return Answer(kept)
    if not connection.is_at_work:
        return Answer(problem=_("%(title)s is not at work now.") % {"title": connection.title})
    try:
        with recording(connection):
            found = call(open_channel(connection, "staff"))
    except ChannelError as error:
        return Answer(problem=worded(scrub_text(error.words)))
    if found is not None:
        cache.set(key, found, seconds)
    return Answer(found)


def search(connection: Connection, query: r.SourceQuery) -> Answer:
    """One page of a search at the sources."""
    question = (query.words, query.source, query.page, query.sort)
    return ask(connection, "search", question, lambda channel: channel.search_sources(query), KEPT_SECONDS)


def look(connection: Connection, remote_id: str) -> Answer:
    """Read one product of a source and keep it in the mirror; the answer is whether it is there."""

    def read(channel: Any) -> bool:
        return look_at(connection, channel, remote_id) is not None

    return ask(connection, "look", remote_id, read, LOOK_SECONDS)


def quotes(connection: Connection, query: r.FreightQuery) -> Answer:
    """Freight prices, cheapest first."""
    question = (query.country, query.weight_grams, query.length_cm, query.width_cm, query.height_cm)
    answer = ask(connection, "quotes", question, lambda channel: channel.quote_freight(query), KEPT_SECONDS)
    if answer.value is None:
        return answer
    far = Decimal(10**9)
    return Answer(sorted(answer.value, key=lambda one: far if one.price is None else one.price))


def countries(connection: Connection) -> Answer:
    """Where the agent ships to."""
    return ask(connection, "countries", "", lambda channel: channel.read_countries(), 12 * KEPT_SECONDS)


def wallet(connection: Connection) -> Answer:
    """What the wallet has, a few seconds old at most; `None` where a platform has no wallet."""
    if not connection.can(can.PullsBalances):
        return Answer()

    def read(channel: Any) -> Any:
        return next(iter(channel.pull_balances(None, None).records), None)

    return ask(connection, "wallet", "", read, WALLET_SECONDS)


def spendable(purse: r.BalanceRecord | None) -> Decimal | None:
    """What of a wallet can be spent."""
    if purse is None:
        return None
    return purse.balance if purse.available is None else purse.available


def coupons(connection: Connection) -> Answer:
    """The coupons that are ours and have not ended."""
    if not connection.can(can.PullsCoupons):
        return Answer(())

    def read(channel: Any) -> Any:
        return tuple(one for one in channel.pull_coupons(None, None).records if one.claimed)

    answer, now = ask(connection, "coupons", "", read, KEPT_SECONDS), timezone.now()
    left = tuple(one for one in answer.value or () if one.expires_at is None or one.expires_at > now)
    return Answer(left, answer.problem)
