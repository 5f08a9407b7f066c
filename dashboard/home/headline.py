"""The line at the head of the day's work: what is late, else what is due soon, else whether all is calm."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.core import formatting
from dashboard.core.counting import capped
from dashboard.home.queues import Tile

MOST = 3  # sentences; the tiles below tell the rest


def headline(tiles: Sequence[Tile], *, is_behind: bool) -> str:
    """What matters now, from what the tiles know already. `is_behind`: a connection is not up to date."""
    for tone in ("act", "wait"):
        said = [SAYS[tile.key](tile) for tile in tiles if tile.tone == tone and tile.key in SAYS]
        if said:
            return " ".join(said[:MOST])
    if is_behind:
        return _("Nothing that was seen is late or due soon, but not everything is up to date.")
    return _("All is calm: nothing is late or due soon, and everything is up to date.")


def _orders(tile: Tile) -> str:
    late, soon = tile.numbers[1], tile.numbers[2]
    if late:
        return ngettext("%(n)s order is late.", "%(n)s orders are late.", late) % {"n": capped(late)}
    words = ngettext("%(n)s order is due within 24 h.", "%(n)s orders are due within 24 h.", soon)
    return words % {"n": capped(soon)}


def _cases(tile: Tile) -> str:
    if tile.first is None or tile.first <= timezone.now():
        return _("A refund decision is past its deadline.")
    return _("A refund decision lapses in %(time)s.") % {"time": formatting.time_left(tile.first)}


def _threads(tile: Tile) -> str:
    words = ngettext("%(n)s buyer has waited for %(age)s.", "%(n)s buyers wait, the longest for %(age)s.", _n(tile))
    return words % {"n": capped(_n(tile)), "age": formatting.age(tile.first)}


def _tickets(tile: Tile) -> str:
    for_us = tile.numbers[1]
    return ngettext("%(n)s ticket waits for us.", "%(n)s tickets wait for us.", for_us) % {"n": capped(for_us)}


def _approvals(tile: Tile) -> str:
    for_you = tile.numbers[1]
    words = ngettext("%(n)s refund waits for your consent.", "%(n)s refunds wait for your consent.", for_you)
    return words % {"n": capped(for_you)}


def _unknown(tile: Tile) -> str:
    doubt, review = tile.numbers
    if review:
        return ngettext("%(n)s command needs a person.", "%(n)s commands need a person.", review) % {
            "n": capped(review)
        }
    words = ngettext("The outcome of %(n)s command is unknown.", "The outcome of %(n)s commands is unknown.", doubt)
    return words % {"n": capped(doubt)}


def _refused(tile: Tile) -> str:
    words = ngettext(
        "%(n)s command was refused or failed today.", "%(n)s commands were refused or failed today.", _n(tile)
    )
    return words % {"n": capped(_n(tile))}


def _packages(tile: Tile) -> str:
    due = tile.numbers[1]
    words = ngettext("%(n)s package pays a storage fee soon.", "%(n)s packages pay a storage fee soon.", due)
    return words % {"n": capped(due)}


def _n(tile: Tile) -> int:
    return tile.numbers[0]


SAYS: dict[str, Callable[[Tile], str]] = {
    "orders": _orders,
    "cases": _cases,
    "messages": _threads,
    "tickets": _tickets,
    "approvals": _approvals,
    "unknown": _unknown,
    "refused": _refused,
    "packages": _packages,
}
