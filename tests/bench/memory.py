"""How the memory of a process grows while it reads a whole shop (QUALITY T13)."""

from __future__ import annotations

from pathlib import Path

from django.db import connection as database

from tests.bench.mirror import fresh, ours, pages

SIZE = 500


def run(rows: int) -> None:
    """Print resident memory before and after the first load, page by page as a feed does."""
    connection = fresh("bench-memory")
    ours(connection, pages(SIZE, SIZE))
    before = resident()
    for start in range(SIZE, rows, SIZE):
        ours(connection, pages(SIZE, SIZE, start=start))
    print(
        f"\nmemory on {database.vendor}, {rows} orders: {before:.0f} MB at first, {resident() - before:+.0f} MB after"
    )


def resident() -> float:
    """Megabytes of this process that are in memory."""
    pages_of_4k = int(Path("/proc/self/statm").read_text().split()[1])
    return pages_of_4k * 4096 / 1_048_576
