from typing import Any

import pytest

from channels.ports import Exchange
from channels.sandbox import Request
from channels.shoppo import PLATFORM
from channels.shoppo.channel import ShoppoChannel
from channels.shoppo.sandbox import ShoppoSandbox
from tests.channels.opening import open_over, sandbox_of
from tests.channels.shoppo.support import spy


@pytest.fixture
def sandbox() -> Any:
    return sandbox_of(PLATFORM)


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


@pytest.fixture
def requests(sandbox: ShoppoSandbox) -> list[Request]:
    """Every request as the platform got it."""
    seen: list[Request] = []
    spy(sandbox, seen)
    return seen


@pytest.fixture
def channel(sandbox: ShoppoSandbox, exchanges: list[Exchange], requests: list[Request]) -> ShoppoChannel:
    found: ShoppoChannel = open_over(PLATFORM, sandbox, exchanges=exchanges)
    return found
