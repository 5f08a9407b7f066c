"""Shoppo's simulator: one GraphQL address, two headers, the document's rules. It knows nothing of our client."""

from __future__ import annotations

import hmac
from typing import Any, ClassVar

import graphql as g

from channels.sandbox import Fault, Refusal, Reply, Request, Sandbox
from channels.shoppo import sandbox_data, sandbox_graphql, sandbox_moves
from channels.shoppo.sandbox_orders import pass_time
from channels.shoppo.sandbox_pushes import body_of
from channels.shoppo.sandbox_shop import Problem, Shop, Thing

ADDRESSES = ("/", "/api/graphql/partner")
TYPES = {401: "AccessDenied", 403: "AccessDenied", 404: "NotFound", 429: "TooManyRequests"}
STATUSES = {"InvalidRelayID": 404, "ObjectNotFoundError": 404}


class ShoppoSandbox(Sandbox):
    """Answers as the document describes; what it leaves open follows its sibling API on the same host.

    Faults and the ledger name an operation by its root field (``orderList``, ``createOrder``), a ``node`` read by the
    type it wants (``product``, ``orderItem``). ``speaks_status``: business errors come with 400 or 404 instead of 200.
    """

    platform = "shoppo"
    credentials: ClassVar[dict[str, str]] = {
        "access_token": "demo-shoppo-access-token",
        "viewer_id": "mSandboxViewer",
    }
    callback_secret: ClassVar[str] = "demo-shoppo-callback-token"  # noqa: S105
    events = tuple(sandbox_moves.MOVES)
    speaks_status = False

    def populate(self) -> None:
        """The starting state."""
        self._revoked = False
        self._tells = False
        self.shop = Shop(self.random, self.now, self.applied, self._tell)
        sandbox_data.fill(self.shop, self.size)
        self._tells = True

    # -- transport ---------------------------------------------------------------------------------------------------

    def _match(self, request: Request) -> tuple[Any, str, bool] | None:
        """Every operation has the one address: what is asked for names the endpoint."""
        if request.method != "POST" or request.path not in ADDRESSES:
            return None
        try:
            name = sandbox_graphql.asked_for(sandbox_graphql.read_request(request))
        except Problem:
            name = "graphql"
        return self._graphql, name, False

    def endpoint_names(self) -> list[str]:
        """The root fields of the schema; for ``node`` the types that it gives."""
        return sandbox_graphql.names()

    def authenticate(self, request: Request) -> None:
        """Section Authentication: both headers, on every request."""
        pairs = (("accesstoken", "access_token"), ("viewerid", "viewer_id"))
        right = [
            hmac.compare_digest(request.headers.get(header, "").encode(), self.credentials[key].encode())
            for header, key in pairs
        ]
        if self._revoked or not all(right):
            self._revoked = False
            raise Refusal(self.problem(403, "Unauthorized request"))

    def expire_tokens(self) -> None:
        """There are no sessions: the next request is refused as if the token had been revoked."""
        self._revoked = True

    def problem(self, status: int, words: str) -> Reply:
        """An error outside GraphQL, in the sibling API's shape."""
        return self._errors(status, words, TYPES.get(status, "InternalServerError" if status >= 500 else "BadRequest"))

    def _errors(self, status: int, words: str, kind: str) -> Reply:
        return Reply(status, {"errors": [{"display_to_user": False, "message": words, "type": kind}]})

    def rate_limited(self, fault: Fault) -> Reply:
        """No limit is documented; the standard header says when to come back."""
        reply = self.problem(429, "Too many requests")
        reply.headers["Retry-After"] = str(int(fault.seconds))
        return reply

    def _graphql(self, request: Request) -> Reply:
        pass_time(self.shop)
        try:
            body = sandbox_graphql.read_request(request)
        except Problem as problem:
            return self._errors(400, str(problem), problem.kind)
        data, errors = sandbox_graphql.run(self.shop, body)
        if not errors:
            return Reply(200, {"data": data})
        said = [_said(error) for error in errors]
        if data is None and not any("path" in one for one in said):
            return Reply(400, {"errors": said})
        return Reply(self._status(said), {"errors": said, "data": data})

    def _status(self, said: list[Thing]) -> int:
        return STATUSES.get(said[0].get("type", ""), 400) if self.speaks_status else 200

    # -- what happens by itself --------------------------------------------------------------------------------------

    def move(self, event: str | None = None) -> str:
        """One of ``events``, or any; says what happened."""
        pass_time(self.shop)
        chosen = event or self.random.choice(self.events)
        return sandbox_moves.MOVES[chosen](self.shop) if chosen in sandbox_moves.MOVES else sandbox_moves.NOTHING

    def drift(self) -> None:
        """The head of the lists moves."""
        sandbox_moves.drift(self.shop)

    def _tell(self, event: str, about: Thing) -> None:
        """Push to the partner. The document shows the ticket reply without a token."""
        if not self._tells:
            return
        token = {} if event == "ticket-reply" else {"accesstoken": self.callback_secret}
        self.push(event, {"Content-Type": "application/json", **token}, body_of(self.shop, event, about))


def _said(error: g.GraphQLError) -> Thing:
    """An error as it goes out. A fault of the simulator's own is not hidden."""
    cause = error.original_error
    if cause is not None and not isinstance(cause, Problem | g.GraphQLError):
        raise cause
    said: Thing = {"display_to_user": isinstance(cause, Problem), **error.formatted}
    return {**said, "type": cause.kind} if isinstance(cause, Problem) else said
