"""What lies in the broker."""

from __future__ import annotations

from celery import current_app


def messages() -> int:
    """How many messages no worker has taken yet. Raises when the broker does not answer."""
    with current_app.connection_for_read() as link:
        link.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=3)
        try:
            declared = link.default_channel.queue_declare(current_app.conf.task_default_queue, passive=True)
        except link.channel_errors:
            return 0  # an empty queue is none
        return int(declared.message_count)
