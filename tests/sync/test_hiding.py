"""A platform that repeats what it was sent gives nothing away."""

import pytest

from channels.errors import Ambiguous, Rejected
from channels.records import Receipt
from dashboard.sync.hiding import hide
from dashboard.sync.models import Command
from tests.connected import drive, queue


@pytest.mark.parametrize(
    ("kind", "payload", "words"),
    [
        ("orders.deliver", {"content": "key-123456"}, "Bad content: key-123456!"),
        ("orders.deliver", {"rows": ["key-123456", "key-999999"]}, "Bad rows: key-123456, key-999999"),
        (
            "catalog.append_accounts",
            {"accounts": "amy:pass-word-1\nb|pass-word-2"},
            "pass-word-2, pass-word-1 known",
        ),
        (
            "catalog.append_accounts",
            {"accounts": [{"username": "a", "password": "pass-word-1"}]},
            "pass-word-1 known",
        ),
    ],
)
def test_values_of_secret_keys_are_taken_out(kind, payload, words):
    found = hide(Command(kind=kind, payload=payload), words)
    assert "•••" in found
    assert not any(secret in found for secret in ("123456", "999999", "pass-word"))


def test_other_values_stay():
    command = Command(kind="orders.deliver", payload={"content": "abc", "tracking_number": "TRACK-1"})
    assert hide(command, "TRACK-1 of abc is unknown") == "TRACK-1 of abc is unknown"


@pytest.mark.parametrize(
    "answer", [Rejected("No: hidden-value"), Ambiguous("Lost hidden-value"), ValueError("hidden-value")]
)
def test_a_command_keeps_no_secret_of_an_error(connection, note, answer):
    note.answers[:] = [answer]
    command = drive(queue(connection, "test.note", "7", value=3, secret="hidden-value"), steps=1)
    assert "hidden-value" not in f"{command.error}{command.receipt}{command.evidence}"
    assert "•••" in command.error


def test_a_receipt_keeps_none(connection, note):
    note.answers[:] = [Receipt(words="Took hidden-value")]
    command = drive(queue(connection, "test.note", "7", value=3, secret="hidden-value"))
    assert command.receipt["words"] == "Took •••"
