from typing import Any

import pytest

from channels.m2e import PLATFORM
from channels.m2e.channel import M2eChannel
from channels.m2e.sandbox import M2eSandbox
from channels.ports import Exchange
from channels.sandbox import Request
from tests.channels.m2e.support import spy
from tests.channels.opening import open_over, sandbox_of


@pytest.fixture
def sandbox() -> Any:
    return sandbox_of(PLATFORM)


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


@pytest.fixture
def requests(sandbox: M2eSandbox) -> list[Request]:
    """Every request as the platform got it."""
    seen: list[Request] = []
    spy(sandbox, seen)
    return seen


@pytest.fixture
def channel(sandbox: M2eSandbox, exchanges: list[Exchange], requests: list[Request]) -> M2eChannel:
    found: M2eChannel = open_over(PLATFORM, sandbox, exchanges=exchanges)
    return found
