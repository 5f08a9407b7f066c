"""What the platform declares of itself."""

import ast
from pathlib import Path

import channels.shoppo
from channels.capabilities import CAPABILITIES, has
from channels.registry import PLATFORMS
from channels.shoppo import PLATFORM

FOLDER = Path(channels.shoppo.__file__).parent


def test_it_is_registered() -> None:
    assert PLATFORMS["shoppo"] is PLATFORM
    assert PLATFORM.base_url == "https://graphql.shoppo.com/api/graphql/partner"
    assert [field.key for field in PLATFORM.credentials if field.secret] == ["access_token", "viewer_id"]


def test_its_capabilities() -> None:
    assert {name for name, capability in CAPABILITIES.items() if has(PLATFORM.channel, capability)} == {
        "CancelsLines",
        "CancelsOrders",
        "ChecksCredentials",
        "CreatesOrders",
        "MarksPaid",
        "OpensTickets",
        "PullsCategories",
        "PullsOrders",
        "PullsProducts",
        "PullsTickets",
        "ReadsOrders",
        "ReadsProducts",
        "ReadsTickets",
        "RepliesToTickets",
        "UploadsImages",
    }


def test_what_it_lacks_is_explained_by_names_that_exist() -> None:
    assert set(PLATFORM.needs) <= set(CAPABILITIES)
    assert not [name for name in PLATFORM.needs if has(PLATFORM.channel, CAPABILITIES[name])]


def test_the_sandbox_is_an_independent_reading() -> None:
    for file in FOLDER.glob("sandbox*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("channels", "dashboard")):
                names = [f"{node.module}.{one.name}" for one in node.names]
                assert all(n.startswith(("channels.sandbox.", "channels.shoppo.sandbox_")) for n in names), file.name
