"""The order status callback: HMAC-SHA256 over two headers and the secret. Its body is signed by nothing: a hint."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from channels.errors import WireError
from channels.events import Event, OrderTouched
from channels.imetastore import wire as w
from channels.platform import CallbackEvent, Received, Verdict
from channels.wire import decode, text

EVENT = "order-status"
WINDOW_SECONDS = 40 * 60
SUCCESS = b'{"code":"0000","msg":"Success"}'


def signature(timestamp: str, request_id: str, secret: str) -> str:
    """Lower-case hex of HMAC-SHA256 with the secret over timestamp, request id and the secret, in one."""
    message = f"{timestamp}{request_id}{secret}".encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


class Callbacks:
    """Verifies, understands and answers the one push there is."""

    events = (CallbackEvent(event=EVENT, label="Order status"),)

    def verify(
        self, received: Received, secrets: tuple[str, ...], now: datetime, options: Mapping[str, str]
    ) -> Verdict:
        """The signature first, with every active secret; then the age, 40 minutes either way.

        Attempts repeat over 35 minutes with the same ``X-Request-Id``, which tells repeats apart.
        """
        timestamp = received.headers.get("x-timestamp", "")
        request_id = received.headers.get("x-request-id", "")
        given = received.headers.get("x-signature", "").lower().encode("utf-8", "replace")
        if not timestamp or not request_id or not given:
            return Verdict(accepted=False, reason="A signature header is missing.")
        if not _is_signed(given, timestamp, request_id, secrets):
            return Verdict(accepted=False, key=request_id, reason="The signature is wrong.")
        seconds = _seconds(timestamp)
        if seconds is None:
            return Verdict(accepted=False, key=request_id, reason="X-Timestamp is no time in milliseconds.")
        skew = now.timestamp() - seconds
        if abs(skew) > WINDOW_SECONDS:
            reason = f"The timestamp is {abs(skew):.0f} seconds {'old' if skew > 0 else 'ahead'}."
            return Verdict(accepted=False, key=request_id, reason=reason, skew_seconds=skew)
        return Verdict(accepted=True, key=request_id, skew_seconds=skew)

    def parse(self, received: Received) -> tuple[Event, ...]:
        """The order to read again, whatever its status. Raises ``WireError`` for a body that names none."""
        body = decode(received.body, w.OrderCallback)
        remote_id, number = text(body.orderId), text(body.orderNum)
        if not remote_id and not number:
            raise WireError("The callback names no order.", path="$.orderId")
        at = _seconds(received.headers.get("x-timestamp", ""))
        return (OrderTouched(remote_id=remote_id, number=number, at=at),)

    def answer(self, received: Received) -> tuple[int, bytes]:
        """200 ends the platform's attempts."""
        return 200, SUCCESS


def _is_signed(given: bytes, timestamp: str, request_id: str, secrets: tuple[str, ...]) -> bool:
    """Compares with all secrets, so that the time taken does not tell which one matched."""
    found = False
    for secret in secrets:
        wanted = signature(timestamp, request_id, secret).encode()
        found |= bool(secret) and hmac.compare_digest(wanted, given)
    return found


def _seconds(timestamp: str) -> float | None:
    """Seconds since 1970 from a decimal text of milliseconds."""
    is_number = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 16
    return int(timestamp) / 1000 if is_number else None
