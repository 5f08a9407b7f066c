"""The agent's refusals become the five errors, in its own words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from channels import errors as e
from channels.fulfillbot.dialect import NOT_FOUND, FulfillbotDialect, held_scopes
from channels.fulfillbot.routes import ROUTES
from channels.http import Answer
from channels.ports import Limits
from tests.channels.fulfillbot.support import sample

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ROUTE = ROUTES[0]


def explain(status: int, body: bytes | dict[str, Any], **headers: str) -> e.ChannelError | None:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    found = {key.replace("_", "-"): value for key, value in headers.items()}
    return FulfillbotDialect().explain(Answer(status=status, headers=found, body=raw), ROUTE, NOW)


def test_missing_scope() -> None:
    error = explain(403, sample("error__scope"))
    assert isinstance(error, e.AuthFailed)
    assert error.missing_scope == "orders:write"
    assert error.words == "Insufficient scope. Required: orders:write. Your key has: products:read, cart:read"
    assert held_scopes(error.words) == ("products:read", "cart:read")
    assert held_scopes("Invalid API Key") is None


def test_refused_key() -> None:
    error = explain(401, sample("error__key"))
    assert isinstance(error, e.AuthFailed)
    assert (error.words, error.missing_scope, error.status) == ("Invalid API Key", "", 401)


@pytest.mark.parametrize("words", ["Your IP is not in the whitelist", "API key revoked", ""])
def test_a_403_about_the_key(words: str) -> None:
    error = explain(403, {"statusCode": 403, "message": words})
    assert isinstance(error, e.AuthFailed)
    assert error.missing_scope == ""


def test_a_403_about_a_record() -> None:
    error = explain(403, {"statusCode": 403, "message": "This order belongs to somebody else"})
    assert isinstance(error, e.Rejected)


@pytest.mark.parametrize(
    ("message", "headers", "wait"),
    [
        ("Rate limit exceeded. Try again in 45s", {}, 45),
        ("Rate limit exceeded. Try again in 2m", {}, 120),
        ("Rate limit exceeded. Try again in 45s", {"x_ratelimit_reset": "1"}, 45),
        ("Slow down", {"retry_after": "7"}, 7),
        ("Slow down", {"x_ratelimit_reset": str(int(NOW.timestamp()) + 30)}, 30),
        ("Slow down", {}, None),
    ],
)
def test_too_many(message: str, headers: dict[str, str], wait: int | None) -> None:
    error = explain(429, {"statusCode": 429, "message": message}, **headers)
    assert isinstance(error, e.NotSent)
    assert error.rate_limited
    assert error.words == message
    assert error.retry_at == (None if wait is None else NOW + timedelta(seconds=wait))


def test_the_document_s_429() -> None:
    error = explain(429, sample("error__limit"))
    assert isinstance(error, e.NotSent)
    assert error.retry_at == NOW + timedelta(seconds=45)


@pytest.mark.parametrize("status", [400, 409, 422])
def test_refusals(status: int) -> None:
    error = explain(status, {"statusCode": status, "message": "Insufficient balance", "error": "Bad Request"})
    assert isinstance(error, e.Rejected)
    assert (error.words, error.status, error.code) == ("Insufficient balance", status, "")


def test_a_list_of_faults() -> None:
    error = explain(400, {"statusCode": 400, "message": ["a must be a string", "b should not be empty"]})
    assert isinstance(error, e.Rejected)
    assert error.words == "a must be a string; b should not be empty"


def test_a_missing_record_is_not_a_missing_address() -> None:
    record = explain(404, {"statusCode": 404, "message": "Order not found"})
    address = explain(404, {"statusCode": 404, "message": "Cannot GET /api/v1/open/orders/1"})
    assert isinstance(record, e.Rejected)
    assert isinstance(address, e.Rejected)
    assert (record.code, address.code) == (NOT_FOUND, "")


def test_a_refusal_inside_a_success() -> None:
    error = explain(200, {"statusCode": 400, "message": "Insufficient balance", "error": "Bad Request"})
    assert isinstance(error, e.Rejected)
    assert error.words == "Insufficient balance"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"data": {}}'),
        (200, b'{"data": {"note": "\\"statusCode\\": 400"}}'),
        (201, b'{"statusCode": 201, "data": {}}'),
        (500, b'{"statusCode": 500, "message": "Internal server error"}'),
        (503, b"<html>"),
        (404, b"<html>not found</html>"),
        (400, b'{"statusCode": 400, "message": 7}'),
    ],
)
def test_no_refusal_of_the_platform(status: int, body: bytes) -> None:
    assert explain(status, body) is None


@pytest.mark.parametrize(
    ("headers", "limits"),
    [
        (
            {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "57", "x-ratelimit-reset": "1712150400"},
            Limits(limit=60, remaining=57, reset_at=datetime(2024, 4, 3, 13, 20, tzinfo=UTC)),
        ),
        ({"x-ratelimit-remaining": "0"}, Limits(remaining=0)),
        ({"x-ratelimit-reset": "99999999999999"}, None),
        ({"x-ratelimit-limit": "²"}, None),
        ({}, None),
    ],
)
def test_limits(headers: dict[str, str], limits: Limits | None) -> None:
    assert FulfillbotDialect().limits(Answer(status=200, headers=headers, body=b"")) == limits
