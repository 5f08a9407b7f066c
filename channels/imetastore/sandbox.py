"""The simulator of the seller API: login, and everything that its parts hold."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from channels.imetastore import sandbox_checks as check
from channels.imetastore.sandbox_aftersales import CASE_WORDS, AfterSales
from channels.imetastore.sandbox_chat import Chat
from channels.imetastore.sandbox_orders import STATUS_WORDS
from channels.sandbox import Fault, Refusal, Reply, Request, endpoint


class ImetastoreSandbox(AfterSales, Chat):
    """A seller's shop. ``options`` are what an operator would set once the codes are known."""

    platform: ClassVar[str] = "imetastore"
    credentials: ClassVar[dict[str, str]] = {"email": "seller@sandbox.example", "password": "sandbox-Passw0rd"}
    options: ClassVar[dict[str, str]] = {
        "order_status_map": json.dumps(STATUS_WORDS),
        "case_status_map": json.dumps(CASE_WORDS),
    }
    events: ClassVar[tuple[str, ...]] = ("order", "message", "case", "confirm")

    token_seconds = 7200
    refuses_with_200 = False
    logins = 0

    def populate(self) -> None:
        """Products, orders, cases and messages."""
        self.tokens: dict[str, datetime] = {}
        self.cases: dict[int, dict[str, Any]] = {}
        self.logins = 0
        self.populate_products()
        self.populate_orders()
        self.pass_time()
        self.populate_cases()
        self.populate_chat()

    # -- login -----------------------------------------------------------------------------------------------------

    @endpoint("POST", "/seller/auth/login", "auth.login", open_to_all=True)
    def login(self, request: Request) -> Reply:
        """Login Authorization: a token for a while. A new one leaves the others valid."""
        body = check.body_of(request)
        given = {key: check.text(body, key) for key in ("email", "password")}
        if not all(given.values()):
            raise check.refuse(check.NOT_VALID, "email and password are required")
        if given != self.credentials:
            raise check.refuse(check.NO_LOGIN, "Incorrect e-mail or password")
        self.logins += 1
        token = self._token("access")
        self.tokens[token] = self.now() + timedelta(seconds=self.token_seconds)
        session = {
            "accessToken": token,
            "tokenType": "Bearer",
            "expiresIn": self.token_seconds,
            "refreshToken": self._token("refresh"),
        }
        return self.success(session)

    def _token(self, kind: str) -> str:
        """Something that looks like a JWT."""
        parts = {"alg": "RS256", "typ": "JWT"}, {"sub": kind, "jti": self.random.getrandbits(64)}
        encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
        return f"{'.'.join(encoded)}.{self.random.getrandbits(256):064x}"

    def authenticate(self, request: Request) -> None:
        """``Authorization: Bearer <accessToken>``, not expired."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        ends = self.tokens.get(token) if kind == "Bearer" else None
        if ends is None or ends <= self.now():
            raise self._no_token()

    def _no_token(self) -> Refusal:
        status = 200 if self.refuses_with_200 else 401
        return check.refuse(check.NO_TOKEN, "Token is invalid or expired", status=status)

    def expire_tokens(self) -> None:
        """Every session ends."""
        self.tokens.clear()

    def handle(self, request: Request, in_process: bool = True) -> Reply:
        """Answer one request; refusals learn the time here."""
        reply = super().handle(request, in_process)
        if isinstance(reply.body, dict) and reply.body.get("time", "") is None:
            reply.body["time"] = check.iso(self.now())
        return reply

    # -- how it refuses --------------------------------------------------------------------------------------------

    def problem(self, status: int, words: str) -> Reply:
        """An envelope; an address that does not exist is a URL parsing error."""
        code = check.URL_ERROR if status == 404 else f"SIM-{status}"
        return Reply(status, {"code": code, "msg": words, "time": check.iso(self.now()), "data": None})

    def rate_limited(self, fault: Fault) -> Reply:
        """429; ``seconds`` of 0 leaves out when to come back."""
        reply = self.problem(429, "Too many requests")
        if fault.seconds > 0:
            reply.headers["Retry-After"] = str(int(fault.seconds))
        return reply

    # -- what happens by itself ------------------------------------------------------------------------------------

    def drift(self) -> None:
        """A product and an order come in at the head, and the newest product without orders leaves."""
        ordered = {row["productSpuId"] for row in self.orders}
        leaving = next((row for row in self.products if row["id"] not in ordered), None)
        if leaving is not None:
            self.products.remove(leaving)
        if self.random.random() < 0.5:
            self.add_product()
        self.arrive()

    def move(self, event: str | None = None) -> str:
        """One of ``events``, or any of them."""
        happenings: dict[str, Callable[[], str]] = {
            "order": self.arrive,
            "message": self.write,
            "case": self.complain,
            "confirm": self.confirm,
        }
        return happenings.get(event or self.random.choice(self.events), lambda: "nothing")()
