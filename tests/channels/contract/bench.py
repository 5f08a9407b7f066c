"""A platform's channel over its own sandbox, and what its answers must be by its own protocols."""

from __future__ import annotations

import types
import typing
from typing import Any

import msgspec

from channels import capabilities as can
from channels.platform import Platform
from channels.ports import Exchange
from channels.registry import PLATFORMS
from channels.sandbox import Fault, Reply, Request
from tests.channels.opening import open_over, sandbox_of

READING = ("pull_", "read_", "find_", "search_", "quote_", "import_", "check_")


class Bench:
    """An open channel whose session stands, with its sandbox and every request that reached it after that."""

    def __init__(self, key: str) -> None:
        platform: Platform = PLATFORMS[key]
        self.sandbox: Any = sandbox_of(platform)
        self.sandbox.calls_per_minute = self.sandbox.calls_a_minute = 100_000
        self.exchanges: list[Exchange] = []
        self.channel = open_over(
            platform, self.sandbox, exchanges=self.exchanges, options=dict(getattr(self.sandbox, "options", {}))
        )
        self.requests: list[Request] = []
        self.replies: list[Reply] = []
        self.truly = self.sandbox.handle
        self.channel.check_credentials()
        self.sandbox.handle = self._noted

    def _noted(self, request: Request, in_process: bool = True) -> Reply:
        if not request.path.endswith("/login"):
            self.requests.append(request)
        reply: Reply = self.truly(request, in_process)
        self.replies.append(reply)
        return reply

    def prepared(self, method: str, arrange: Any) -> Any:
        """The call of a method with what `arrange` found; the requests counted from here on."""
        args = arrange(self.channel, self.sandbox)
        self.requests.clear()
        self.replies.clear()
        self.exchanges.clear()
        return lambda: getattr(self.channel, method)(*args)

    def fault(self, kind: str, **more: Any) -> None:
        """A fault on whatever is called next."""
        self.sandbox.faults.append(Fault(endpoint="*", fault=kind, **more))


def capabilities_of(key: str) -> dict[str, type]:
    """Every capability that a platform's channel has."""
    return {name: one for name, one in can.CAPABILITIES.items() if can.has(PLATFORMS[key].channel, one)}


def methods_of(capability: type) -> dict[str, Any]:
    """The methods of a capability and the type that each promises to answer."""
    found = {name: value for name, value in vars(capability).items() if isinstance(value, types.FunctionType)}
    own = {name: value for name, value in found.items() if not name.startswith("_")}
    return {name: typing.get_type_hints(value)["return"] for name, value in own.items()}


def is_read(method: str) -> bool:
    """Whether a method changes nothing, by its verb."""
    return method.startswith(READING)


def fits(value: Any, promised: Any) -> bool:
    """Whether a value is of the promised type, all the way down for pages and tuples of records."""
    origin, inner = typing.get_origin(promised), typing.get_args(promised)
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, one) for one in inner)
    if origin is tuple:
        return isinstance(value, tuple) and all(fits(one, inner[0]) for one in value)
    if origin is None:
        return value is None if promised is type(None) else isinstance(value, promised)
    return isinstance(value, origin) and all(type(one) is inner[0] for one in value.records)


def is_frozen(value: Any) -> bool:
    """Whether records cannot be changed once they are made."""
    found = value if isinstance(value, tuple) else getattr(value, "records", (value,))
    return all(one is None or (isinstance(one, msgspec.Struct) and one.__struct_config__.frozen) for one in found)
