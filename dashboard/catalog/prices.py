"""When a change of a price is so large that a person must mean it: in place, in a form, or of many at once."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from dashboard.core.exports import plain_money

BEYOND = Decimal(20)  # per cent, up or down


def percent_of(now: Decimal | None, new: Decimal | int | None) -> Decimal | None:
    """By how many per cent a price changes; `None` where there is none to start from."""
    return (Decimal(new) / now - 1) * 100 if now and new is not None else None


def is_beyond(percent: Decimal | None) -> bool:
    """Whether a change must be confirmed."""
    return percent is not None and abs(percent) > BEYOND


def percent_text(percent: Decimal | None) -> str:
    """A change as pages show it."""
    return "" if percent is None else f"{percent:+.1f} %".replace("-", "−")


def doubt(now: Decimal | None, new: Decimal) -> str:
    """What to say of a price that must be confirmed; empty for one that need not."""
    percent = percent_of(now, new)
    if now is None or not is_beyond(percent):
        return ""
    told = {"now": plain_money(now), "new": plain_money(new), "percent": percent_text(percent)}
    return _("From %(now)s to %(new)s is %(percent)s.") % told
