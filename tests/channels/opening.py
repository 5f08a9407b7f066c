"""Opens a platform's channel over its own sandbox, in this process, for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from channels.http import InProcess
from channels.platform import MemoryTokens, Platform, Ports, Settings
from channels.ports import Exchange
from channels.sandbox import Sandbox

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def sandbox_of(platform: Platform, **options: Any) -> Sandbox:
    """A fresh sandbox at a fixed time with a fixed seed."""
    return platform.sandbox(start=START, seed=7, **options)


def open_over(
    platform: Platform,
    sandbox: Sandbox,
    *,
    credentials: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    routes: dict[str, str] | None = None,
    base_url: str = "http://sandbox.test",
    exchanges: list[Exchange] | None = None,
) -> Any:
    """A channel that talks to ``sandbox`` without sockets; its exchanges land in ``exchanges``."""
    settings = Settings(
        base_url=base_url,
        credentials=credentials or dict(sandbox.credentials),
        options=options or {},
        routes=routes or {},
    )
    ports = Ports(
        transport=InProcess(sandbox),
        tokens=MemoryTokens(),
        record=exchanges.append if exchanges is not None else None,
        now=sandbox.now,
        pause=lambda seconds: None,
    )
    return platform.open(settings, ports)
