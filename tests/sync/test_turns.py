"""A call that waits long for its turn: its command stays its own, or it does not leave (R3)."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from channels.records import Receipt
from dashboard.sync import engine, verify
from dashboard.sync.limiter import RowLimiter
from dashboard.sync.models import Command
from dashboard.sync.models.commands import DONE, UNKNOWN
from tests.connected import queue


@pytest.fixture
def waits(connection, monkeypatch):
    """A call that waits a minute for its turn; inside, `then` happens just before."""
    clock = SimpleNamespace(monotonic=lambda: clock.now, now=0.0)
    monkeypatch.setattr(engine, "time", clock)

    def wait(seconds, then=lambda: None):
        def answer():
            clock.now += seconds
            then()
            RowLimiter(connection.pk).acquire("default")
            return Receipt(remote_id="r1")

        return answer

    return wait


@pytest.mark.parametrize(("seconds", "renewed"), [(14, False), (15, True)])
def test_a_lease_is_kept_while_the_call_waits_for_its_turn(connection, note, waits, seconds, renewed):
    """However long a limit makes it wait, nobody takes the command for lost and asks about it before it has left."""
    seen = []

    def nearly_over():
        Command.objects.update(leased_until=timezone.now() + timedelta(seconds=1))

    wait = waits(seconds, nearly_over)
    note.answers = [lambda: (wait(), seen.append(Command.objects.get().leased_until), Receipt())[-1]]
    command = queue(connection, "test.note", "7", value=3)
    engine.perform(command.pk)
    command.refresh_from_db()
    assert (command.state, note.sent) == (DONE, [3])
    assert (seen[0] > timezone.now() + timedelta(seconds=50)) is renewed


def test_a_call_whose_command_was_taken_over_while_it_waited_does_not_leave(connection, note, waits):
    command = queue(connection, "test.note", "7", value=3)
    left = []

    def taken_over():
        Command.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        assert verify.lapse() == 1
        Command.objects.update(not_before=timezone.now())

    wait = waits(16, taken_over)
    note.answers = [lambda: (wait(), left.append(1))[0]]
    engine.perform(command.pk)
    command.refresh_from_db()
    assert (command.state, command.attempts, command.tries_left, left) == (UNKNOWN, 1, 8, [])
