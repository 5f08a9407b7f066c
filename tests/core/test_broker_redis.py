"""Redis as the broker, killed while a message is being worked on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from kombu import Connection, Consumer, Exchange, Queue
from kombu.common import ignore_errors

from dashboard.core.broker_redis import Transport
from tests.faults.house import Redis


@pytest.mark.services
def test_a_connection_that_is_lost_under_work_can_be_given_up(tmp_path: Path):
    """What a worker does when its connection breaks, one task at work and the next one asked for: collect, close."""
    redis = Redis(tmp_path)
    connection = Connection(f"{redis.url}/0", transport=Transport)
    try:
        queue = connection.SimpleQueue("work")
        queue.put({"n": 1})
        message = queue.get(timeout=60)
        with pytest.raises(queue.Empty):
            queue.get(timeout=0.5)
        _listens_to_other_workers(connection.channel())
    finally:
        redis.kill()
    connection.collect()
    ignore_errors(connection, connection.close)
    assert (message.acknowledged, connection.connected) == (False, False)


def _listens_to_other_workers(channel: Any) -> None:
    """Closing it fails first, so that the one with the work is left for later."""
    fanout = Queue("mine", Exchange("pidbox", type="fanout"), auto_delete=True)
    Consumer(channel, [fanout]).consume()
    assert channel.client.ping()


def test_the_product_uses_it():
    for scheme in ("redis", "rediss"):
        assert current_app.connection(f"{scheme}://127.0.0.1:1/0").get_transport_cls() is Transport
