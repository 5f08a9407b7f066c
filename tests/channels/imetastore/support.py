"""What the tests of this platform share: samples, a scripted platform, a raw caller of the sandbox."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from channels import records as r
from channels.imetastore import PLATFORM
from channels.imetastore.channel import Channel
from channels.imetastore.sandbox import ImetastoreSandbox
from channels.sandbox import Reply, Request
from tests.channels.opening import START, open_over

SAMPLES = Path(__file__).parent / "samples"


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes().strip()


class Scripted:
    """A platform that answers each path with given replies, the last one for good; keeps what it was asked."""

    credentials = {"email": "a@example.com", "password": "correct horse"}

    def __init__(self, **answers: Any) -> None:
        self.answers = {"auth/login": [sample("auth.login__success")], **answers}
        self.asked: list[Request] = []

    def now(self) -> Any:
        return START

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        path = environ["PATH_INFO"].removeprefix("/seller/")
        body = environ["wsgi.input"].read()
        headers = {k[5:].lower().replace("_", "-"): v for k, v in environ.items() if k.startswith("HTTP_")}
        self.asked.append(Request(environ["REQUEST_METHOD"], environ["PATH_INFO"], {}, headers, body))
        replies = self.answers[path]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        answer = reply if isinstance(reply, Reply) else Reply(200, reply)
        start_response(f"{answer.status} x", [("Content-Type", "application/json"), *answer.headers.items()])
        return [answer.encoded()]

    def bodies(self, path: str) -> list[Any]:
        return [json.loads(one.body) for one in self.asked if one.path == f"/seller/{path}" and one.body]


def scripted(answers: dict[str, list[Any]], **options: Any) -> tuple[Channel, Scripted]:
    """A channel over a platform that says just what is given, by path after ``/seller/``."""
    platform: Any = Scripted(**answers)
    return open_over(PLATFORM, platform, **options), platform


def envelope(data: Any, **more: Any) -> bytes:
    return json.dumps(
        {"code": "0000", "msg": "Success", "time": "2026-03-02T10:00:00.000Z", "data": data, **more}
    ).encode()


def paged(rows: list[Any], total: int | None = None, page: int = 1) -> bytes:
    count = len(rows) if total is None else total
    return envelope({"pageIndex": page, "pageSize": 100, "totalCount": count, "pageCount": 1, "list": rows})


def token_of(sandbox: ImetastoreSandbox) -> str:
    """A valid session."""
    reply = call(sandbox, "POST", "/seller/auth/login", dict(sandbox.credentials), token="")
    return str(reply[1]["data"]["accessToken"])


def call(
    sandbox: ImetastoreSandbox, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str
) -> tuple[int, Any]:
    """One raw request; ``body`` may be ready bytes. Gives status and decoded body."""
    bearer = token_of(sandbox) if token is None else token
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    sent = {"authorization": f"Bearer {bearer}", "content-type": "application/json", **headers}
    reply = sandbox.handle(Request(method, path, {}, sent, raw))
    return reply.status, json.loads(reply.encoded())


def pending(sandbox: ImetastoreSandbox, quantity: int = 1) -> dict[str, Any]:
    """An order that awaits delivery, of at least so many units."""
    return next(o for o in sandbox.orders if o["sellerOrderStatus"] == 1 and o["quantity"] >= quantity)


def ref(row: dict[str, Any]) -> r.Ref:
    """An order of the sandbox as staff would name it."""
    return r.Ref(remote_id=str(row["orderId"]), number=row["orderNum"])


def undecided(sandbox: ImetastoreSandbox) -> dict[str, Any]:
    """A case that awaits a decision."""
    return next(case for case in sandbox.cases.values() if case["operationTime"] is None)


def case_ref(case: dict[str, Any]) -> r.Ref:
    return r.Ref(remote_id=str(case["id"]), parent=str(case["orderId"]))


def effects(sandbox: ImetastoreSandbox, endpoint: str) -> list[dict[str, Any]]:
    """What the ledger has of an endpoint."""
    return [entry.effect for entry in sandbox.ledger if entry.endpoint == endpoint]
