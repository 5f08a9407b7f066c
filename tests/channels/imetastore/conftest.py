from typing import Any

import pytest

from channels.imetastore import PLATFORM
from channels.imetastore.channel import Channel
from channels.imetastore.sandbox import ImetastoreSandbox
from channels.ports import Exchange
from channels.sandbox import Reply, Request
from tests.channels.opening import open_over, sandbox_of


@pytest.fixture
def sandbox() -> Any:
    return sandbox_of(PLATFORM)


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


@pytest.fixture
def requests(sandbox: ImetastoreSandbox) -> list[Request]:
    """Every request as the platform got it, logins left out."""
    seen: list[Request] = []
    handle = sandbox.handle

    def noted(request: Request, in_process: bool = True) -> Reply:
        if not request.path.endswith("/login"):
            seen.append(request)
        return handle(request, in_process)

    sandbox.handle = noted  # type: ignore[method-assign]
    return seen


@pytest.fixture
def channel(sandbox: ImetastoreSandbox, exchanges: list[Exchange], requests: list[Request]) -> Channel:
    found: Channel = open_over(PLATFORM, sandbox, exchanges=exchanges, options=dict(sandbox.options))
    return found
