"""Errors and limits as M2E Cloud words them."""

from datetime import UTC, datetime, timedelta

import pytest

from channels import errors as e
from channels.http import Answer
from channels.m2e.dialect import M2eDialect
from channels.m2e.routes import ROUTES
from channels.ports import Limits
from tests.channels.m2e.support import sample
from tests.channels.opening import START

READ = next(route for route in ROUTES if route.name == "CatalogProductsFind")
WRITE = next(route for route in ROUTES if route.name == "CatalogProductCreate")


def explained(status: int, body: bytes, *, writes: bool = False, **headers: str) -> e.ChannelError | None:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return M2eDialect().explain(Answer(status=status, headers=named, body=body), WRITE if writes else READ, START)


@pytest.mark.parametrize(
    ("status", "name", "kind", "words", "code"),
    [
        (
            400,
            "Error__documented_400",
            e.Rejected,
            "All array items must match schema; The required properties (currency) are missing",
            "",
        ),
        (404, "Error__documented_404", e.Rejected, "Entity is not found.", "404"),
        (404, "Error__older_404", e.Rejected, "Not found.", "404"),
        (401, "Error__documented_401", e.AuthFailed, "Unauthorized", None),
        (403, "Error__documented_401", e.AuthFailed, "Unauthorized", None),
        (429, "Error__documented_429", e.NotSent, "Too many requests.", None),
    ],
)
def test_documented_errors(status: int, name: str, kind: type, words: str, code: str | None) -> None:
    found = explained(status, sample(name))
    assert type(found) is kind
    assert found is not None
    assert (found.words, found.status) == (words, status)
    assert getattr(found, "code", None) == code


@pytest.mark.parametrize("status", [500, 502, 503, 301])
def test_what_the_status_alone_means_is_left_to_the_door(status: int) -> None:
    assert explained(status, sample("Error__documented_500")) is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>", "The platform answered 422."),
        (b"", "The platform answered 422."),
        (b"[]", "The platform answered 422."),
        (b'[{"code": 1}]', "The platform answered 422."),
        (b'{"code": "x", "message": "alone"}', "alone"),
        (b'[{"message": "twice"}, {"message": "twice"}, {"message": " "}]', "twice"),
        (b'[{"code": "SKU_TAKEN", "message": "taken", "data": []}]', "taken"),
    ],
)
def test_other_bodies_of_a_refusal(body: bytes, words: str) -> None:
    found = explained(422, body)
    assert isinstance(found, e.Rejected)
    assert found.words == words


def test_words_are_capped() -> None:
    found = explained(400, b'[{"code": null, "message": "' + b"x" * 10_000 + b'"}]')
    assert found is not None
    assert len(found.words) == 500


def test_an_error_list_inside_a_writes_200_is_a_refusal() -> None:
    found = explained(200, sample("Error__documented_400"), writes=True)
    assert isinstance(found, e.Rejected)
    assert explained(200, sample("Error__documented_400")) is None
    assert explained(200, b'{"updated": 1, "message": "fine"}', writes=True) is None


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x_ratelimit_retry_after": "2026-03-02T10:00:30Z"}, 30),
        ({"x_ratelimit_retry_after": "2026-03-02T12:00:30+02:00"}, 30),
        ({"x_ratelimit_retry_after": "2026-03-02T09:00:00Z"}, 1),
        ({"x_ratelimit_retry_after": "2026-03-02T10:00:00Z"}, 1),
        ({"x_ratelimit_retry_after": "2026-03-02T10:15:01Z"}, 900),
        ({"x_ratelimit_retry_after": "2199-01-01T00:00:00Z"}, 900),
        # Their clock is ten minutes ahead, then ten behind: the wait is measured on it.
        ({"x_ratelimit_retry_after": "2026-03-02T10:10:20Z", "date": "Mon, 02 Mar 2026 10:10:00 GMT"}, 20),
        ({"x_ratelimit_retry_after": "2026-03-02T09:50:20Z", "date": "Mon, 02 Mar 2026 09:50:00 GMT"}, 20),
        ({"x_ratelimit_retry_after": "2026-03-02T10:00:30Z", "date": "yesterday"}, 30),
        ({"retry_after": "12"}, 12),
        ({"x_ratelimit_retry_after": "30", "retry_after": "12"}, 12),
    ],
)
def test_when_to_come_again(headers: dict[str, str], wait: int) -> None:
    found = explained(429, sample("Error__documented_429"), **headers)
    assert isinstance(found, e.NotSent)
    assert found.rate_limited
    assert found.retry_at == START + timedelta(seconds=wait)


@pytest.mark.parametrize("value", ["", "soon", "0001-01-01T00:00:00Z", "30"])
def test_a_hint_that_is_none(value: str) -> None:
    found = explained(429, b"", x_ratelimit_retry_after=value)
    assert isinstance(found, e.NotSent)
    assert found.retry_at is None


def test_limits() -> None:
    headers = {
        "x-ratelimit-limit": "100",
        "x-ratelimit-remaining": "90",
        "x-ratelimit-retry-after": "2022-11-04T13:43:28Z",
    }
    assert M2eDialect().limits(Answer(status=200, headers=headers, body=b"")) == Limits(
        limit=100, remaining=90, reset_at=datetime(2022, 11, 4, 13, 43, 28, tzinfo=UTC)
    )
    assert M2eDialect().limits(Answer(status=200, headers={}, body=b"")) is None
    odd = {"x-ratelimit-limit": "100.0", "x-ratelimit-remaining": "many", "x-ratelimit-retry-after": "soon"}
    assert M2eDialect().limits(Answer(status=200, headers=odd, body=b"")) == Limits(limit=100)
