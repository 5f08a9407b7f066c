"""What every kind of answer and every broken connection means, for reads and for writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest

from channels import errors as e
from channels.http import MAX_RESPONSE, Answer, Call, Http, InProcess, encode
from channels.ports import Exchange, Limits, StaticHeaders
from channels.routes import Route, Routes

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
READ = Route(name="things.read", method="GET", path="/things/{id}")
WRITE = Route(name="things.write", method="POST", path="/things", writes=True)
SECRET = Route(name="things.secret", method="POST", path="/secret", writes=True, secret=True)


class Plain:
    """A dialect without peculiarities."""

    def explain(self, answer: Answer, route: Route, now: datetime) -> e.ChannelError | None:
        if answer.body.startswith(b'{"refused"'):
            return e.Rejected("Not today.", status=answer.status)
        return None

    def limits(self, answer: Answer) -> Limits | None:
        left = answer.headers.get("x-left")
        return Limits(remaining=int(left)) if left else None


class Noting:
    """A limiter that notes what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[object, ...]] = []

    def acquire(self, bucket: str) -> None:
        self.heard.append(("acquire", bucket))

    def observe(self, bucket: str, limits: Limits) -> None:
        self.heard.append(("observe", bucket, limits.remaining))

    def pause(self, bucket: str, until: datetime | None) -> None:
        self.heard.append(("pause", bucket, until))

    def outcome(self, bucket: str, ok: bool) -> None:
        self.heard.append(("outcome", bucket, ok))


class Renewing:
    """An authorizer whose first token is stale."""

    def __init__(self) -> None:
        self.token, self.renewed = "stale", 0

    def headers(self) -> dict[str, str]:
        return {"authorization": self.token}

    def renew(self, refused: dict[str, str]) -> bool:
        self.renewed += 1
        self.token = "fresh"
        return True


def http_over(handler, **more) -> Http:
    more.setdefault("authorizer", StaticHeaders({"x-key": "key-123456"}))
    return Http(
        base_url="https://platform.test/api",
        routes=Routes((READ, WRITE, SECRET)),
        dialect=Plain(),
        transport=httpx.MockTransport(handler),
        now=lambda: NOW,
        pause=lambda seconds: None,
        **more,
    )


def failing(error: type[Exception]):
    def handler(request: httpx.Request) -> httpx.Response:
        raise error("broken")

    return handler


NEVER = f"{WRITE.name} never reached the platform: no connection could be made."
LOST = f"{WRITE.name} was sent, but no complete answer came back. It may have taken effect."


@pytest.mark.parametrize(
    ("error", "on_write", "words"),
    [
        (httpx.ConnectError, e.NotSent, NEVER),
        (httpx.ConnectTimeout, e.NotSent, NEVER),
        (httpx.PoolTimeout, e.NotSent, NEVER),
        (httpx.ReadTimeout, e.Ambiguous, LOST),
        (httpx.ReadError, e.Ambiguous, LOST),
        (httpx.WriteError, e.Ambiguous, LOST),
        (httpx.WriteTimeout, e.Ambiguous, LOST),
        (httpx.RemoteProtocolError, e.Ambiguous, LOST),
    ],
)
def test_a_broken_connection_is_told_in_a_sentence_and_named_in_the_exchange(error, on_write, words):
    kept = []
    http = http_over(failing(error), record=kept.append)
    with pytest.raises(on_write) as write:
        http.send(Call(route=WRITE, json={}))
    assert (type(write.value), write.value.words) == (on_write, words)
    assert [one.error for one in kept] == [f"{on_write.__name__} ({error.__name__}): {words}"]
    with pytest.raises(e.NotSent):
        http.send(Call(route=READ, params={"id": "1"}))


@pytest.mark.parametrize(
    ("status", "on_read", "on_write"),
    [
        (301, e.NotSent, e.Ambiguous),
        (400, e.Rejected, e.Rejected),
        (401, e.AuthFailed, e.AuthFailed),
        (404, e.Rejected, e.Rejected),
        (409, e.Rejected, e.Rejected),
        (429, e.NotSent, e.NotSent),
        (500, e.NotSent, e.Ambiguous),
        (502, e.NotSent, e.Ambiguous),
        (503, e.NotSent, e.NotSent),
        (504, e.NotSent, e.Ambiguous),
    ],
)
def test_statuses(status, on_read, on_write):
    http = http_over(lambda request: httpx.Response(status, text="?"))
    for route, expected in ((READ, on_read), (WRITE, on_write)):
        with pytest.raises(e.ChannelError) as caught:
            http.send(Call(route=route, params={"id": "1"} if route is READ else {}))
        assert type(caught.value) is expected


def test_reads_are_tried_three_times_and_writes_once():
    calls: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        return httpx.Response(500)

    http = http_over(handler)
    with pytest.raises(e.NotSent):
        http.send(Call(route=READ, params={"id": "1"}))
    with pytest.raises(e.Ambiguous):
        http.send(Call(route=WRITE, json={}))
    assert calls == ["GET", "GET", "GET", "POST"]


def test_a_rate_limited_read_is_not_repeated_and_pauses_its_bucket():
    calls: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        return httpx.Response(429, headers={"retry-after": "45", "x-left": "0"})

    limiter = Noting()
    with pytest.raises(e.NotSent) as caught:
        http_over(handler, limiter=limiter).send(Call(route=READ, params={"id": "1"}))
    assert caught.value.rate_limited
    assert caught.value.retry_at == NOW + timedelta(seconds=45)
    assert calls == ["GET"]
    assert limiter.heard == [
        ("acquire", "default"),
        ("observe", "default", 0),
        ("outcome", "default", True),
        ("pause", "default", NOW + timedelta(seconds=45)),
    ]


def test_refused_credentials_are_renewed_once():
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(200 if seen[-1] == "fresh" else 401, json={})

    renewing = Renewing()
    http_over(handler, authorizer=renewing).send(Call(route=WRITE, json={}))
    assert seen == ["stale", "fresh"]
    assert renewing.renewed == 1


def test_credentials_refused_twice_are_an_error():
    renewing = Renewing()
    http = http_over(lambda request: httpx.Response(401), authorizer=renewing)
    with pytest.raises(e.AuthFailed):
        http.send(Call(route=WRITE, json={}))
    assert renewing.renewed == 1


def test_a_business_refusal_inside_200_keeps_the_platforms_words():
    http = http_over(lambda request: httpx.Response(200, content=b'{"refused": 1}'))
    with pytest.raises(e.Rejected) as caught:
        http.send(Call(route=WRITE, json={}))
    assert caught.value.words == "Not today."


@pytest.mark.parametrize(
    "body", [b"", b"<html>busy</html>", b'{"id":', b"[]", b'{"id": NaN}', b"\xff\xfe", b'{"id": 1e999x}']
)
def test_an_unreadable_answer(body):
    class Thing(msgspec.Struct):
        id: int

    http = http_over(lambda request: httpx.Response(200, content=body))
    with pytest.raises(e.Ambiguous):
        http.fetch(Call(route=WRITE, json={}), Thing)
    with pytest.raises(e.WireError):
        http.fetch(Call(route=READ, params={"id": "1"}), Thing)


def test_a_huge_answer_is_refused_at_the_cap():
    served = 0

    def endless():
        nonlocal served
        while True:
            served += 1
            yield b"x" * 1024 * 1024

    http = http_over(lambda request: httpx.Response(200, content=endless()))
    with pytest.raises(e.Ambiguous):
        http.send(Call(route=WRITE, json={}))
    assert served <= MAX_RESPONSE // (1024 * 1024) + 2


def test_redirects_are_not_followed():
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(302, headers={"location": "http://169.254.169.254/"})

    with pytest.raises(e.ChannelError):
        http_over(handler).send(Call(route=WRITE, json={}))
    assert seen == ["https://platform.test/api/things"]


@pytest.mark.parametrize(
    ("found", "raw"),
    [
        ("../x", b"/api/things/..%2Fx"),
        ("..", b"/api/things/%2E%2E"),
        ("a b", b"/api/things/a%20b"),
        ("1?x=2", b"/api/things/1%3Fx%3D2"),
        ("%2f", b"/api/things/%252f"),
        ("商品", b"/api/things/%E5%95%86%E5%93%81"),
    ],
)
def test_an_id_is_one_segment(found, raw):
    seen: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path)
        return httpx.Response(200, json={})

    http_over(handler).send(Call(route=READ, params={"id": found}))
    assert seen == [raw]


def test_exchanges_are_scrubbed_by_key_and_by_value():
    kept: list[Exchange] = []
    http = http_over(
        lambda request: httpx.Response(200, json={"token": "tok-abcdef", "note": "key-123456 again", "id": 7}),
        secrets=("key-123456",),
        record=kept.append,
    )
    http.send(Call(route=WRITE, json={"password": "hunter2hunter2", "name": "key-123456"}))
    http.send(Call(route=SECRET, json={"anything": "delivered"}))
    text = repr(kept)
    for secret in ("key-123456", "hunter2hunter2", "tok-abcdef", "delivered"):
        assert secret not in text
    assert kept[0].response_body == '{"token":"•••","note":"••• again","id":7}'
    assert kept[1].request_body == "(hidden: 24 bytes)"
    assert kept[0].status == 200


def test_bodies_keep_the_digits_of_decimals():
    assert (
        encode({"price": __import__("decimal").Decimal("12.90"), "id": 2**60})
        == b'{"price":12.90,"id":1152921504606846976}'
    )


def test_an_exchange_holds_no_nul():
    kept: list[Exchange] = []
    http = http_over(lambda request: httpx.Response(200, content=b'{"a": "\x00"}'), record=kept.append)
    http.send(Call(route=WRITE, json={"a": 1}))
    assert kept[0].response_body == '{"a": "\ufffd"}'


@pytest.mark.parametrize(
    ("url", "seen"), [("http://sandbox.test/m2e/orders%2F7?a=1", "/orders%2F7"), ("http://sandbox.test/m2e", "/")]
)
def test_a_sandbox_in_this_process_sees_the_path_behind_its_prefix(url, seen):
    paths = []

    def app(environ, start_response):
        paths.append((environ["RAW_PATH"], environ["QUERY_STRING"]))
        start_response("200 OK", [])
        return [b"{}"]

    with httpx.Client(transport=InProcess(app, "/m2e")) as client:
        assert client.get(url).status_code == 200
    assert paths == [(seen, "a=1" if "?" in url else "")]
