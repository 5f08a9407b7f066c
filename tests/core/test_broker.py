"""The broker in a folder, with readers and writers in processes of their own."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from kombu import Connection

from dashboard.core.broker import Channel, Transport

WRITER = """
import sys
from kombu import Connection
from dashboard.core.broker import Transport
folder, count = sys.argv[1], int(sys.argv[2])
options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": folder + "/control"}
with Connection("filesystem://", transport=Transport, transport_options=options) as connection:
    queue = connection.SimpleQueue("work")
    for n in range(count):
        queue.put({"n": n, "padding": "x" * 20000})
"""
ROOT = Path(__file__).resolve().parent.parent.parent
WRITERS, EACH = 3, 60


@pytest.fixture
def options(tmp_path):
    (tmp_path / "control").mkdir()
    return {
        "data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path / "control"),
    }  # fmt: skip


def test_a_reader_beside_writers_never_meets_half_a_message(options):
    program = [sys.executable, "-c", WRITER, options["data_folder_in"], str(EACH)]
    writers = [subprocess.Popen(program, cwd=ROOT) for _ in range(WRITERS)]
    found, deadline = [], time.monotonic() + 120
    with Connection("filesystem://", transport=Transport, transport_options=options) as connection:
        queue = connection.SimpleQueue("work")
        while len(found) < WRITERS * EACH and time.monotonic() < deadline:
            try:
                message = queue.get(timeout=1)
            except queue.Empty:
                continue
            found.append(message.payload["n"])
            message.ack()
    assert [writer.wait(60) for writer in writers] == [0] * WRITERS
    assert sorted(found) == sorted(list(range(EACH)) * WRITERS)


def test_a_message_that_is_being_written_is_not_seen(options, tmp_path):
    (tmp_path / "1_a.work.msg.part").write_text("")
    with Connection("filesystem://", transport=Transport, transport_options=options) as connection:
        queue = connection.SimpleQueue("work")
        with pytest.raises(queue.Empty):
            queue.get(timeout=0.3)


def test_celery_uses_it(settings):
    from dashboard.celery import app

    with app.connection("filesystem://") as connection:
        assert connection.get_transport_cls().Channel is Channel
