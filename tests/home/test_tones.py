"""One tone for one meaning: what the navigation counts, the tile of that number, and the tab that lists it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.aftersales.filters import CASES
from dashboard.aftersales.finding import waiting as cases
from dashboard.aftersales.models import Case
from dashboard.home import queues
from dashboard.messaging.finding import waiting as threads
from dashboard.messaging.models import Thread
from dashboard.tickets.filters import TICKETS
from dashboard.tickets.finding import waiting as tickets
from dashboard.tickets.models import Ticket


def tones(reach, count, key):
    (tile,) = (one for one in queues.tiles(reach()) if one.key == key)
    return count(reach().user)[1], tile.tone


def tab_tones(spec):
    return {tab.key: tab.tone for tab in spec.tabs}


@pytest.mark.usefixtures("supply")
def test_tickets(reach):
    Ticket.objects.update(status="open", last_direction="in")
    assert tones(reach, tickets, "tickets") == ("wait", "wait")
    Ticket.objects.update(last_direction="out")
    assert tones(reach, tickets, "tickets") == ("", "")
    assert {key: tone for key, tone in tab_tones(TICKETS).items() if tone} == {"waiting": "wait"}


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize(("hours", "tone"), [(1, "wait"), (23, "wait"), (25, "act")])
def test_threads(reach, hours, tone):
    Thread.objects.update(waiting_since=timezone.now() - timedelta(hours=hours))
    assert tones(reach, threads, "messages") == (tone, tone)


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize(("hours", "tone"), [(-1, "act"), (1, "act"), (3, "wait")])
def test_cases(reach, hours, tone):
    Case.objects.update(decision="pending", decide_by=timezone.now() + timedelta(hours=hours))
    assert tones(reach, cases, "cases") == (tone, tone)
    assert tab_tones(CASES)["soon"] == "wait"
