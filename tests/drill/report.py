"""The figures of a drill, and whether they are good enough."""

from __future__ import annotations

from collections import Counter

from tests.drill.run import Drilled

COLUMNS = ("commands", "done", "deaths", "effects", "undecidable", "review", "lost", "doubled", "untrue", "stuck")
BAD = ("lost", "doubled", "untrue", "stuck")
MOST_REVIEW = 0.01


def figures(drilled: list[Drilled]) -> dict[str, Counter[str]]:
    """Counts by kind, and for `all`."""
    table: dict[str, Counter[str]] = {}
    for one in drilled:
        for name in (one.intent.kind, "all"):
            row = table.setdefault(name, Counter())
            row["commands"] += 1
            row["deaths"] += one.deaths
            row["effects"] += one.effects
            row["done"] += one.command.state == "done"
            row[one.verdict] += 1
    return table


def rendered(drilled: list[Drilled]) -> str:
    """The table as text, the sum last, and every command that went wrong."""
    table = figures(drilled)
    names = [*sorted(name for name in table if name != "all"), "all"]
    width = max(map(len, names))
    lines = [" ".join([" " * width, *(f"{name:>11}" for name in COLUMNS)])]
    lines += [" ".join([f"{name:<{width}}", *(f"{table[name][each]:>11}" for each in COLUMNS)]) for name in names]
    return "\n".join([*lines, *map(told, wrong(drilled))])


def told(one: Drilled) -> str:
    """What happened to a command, in one line."""
    said = [(each.get("verdict"), each.get("sentence")) for each in one.command.evidence]
    return (
        f"{one.verdict.upper()} {one.world.connection.slug} #{one.command.pk} {one.intent.kind} {one.intent.target}: "
        f"{one.command.state}, {one.effects} effects, {one.command.attempts} attempts, {one.deaths} deaths; "
        f"{one.command.error!r}; before {one.command.before}; {said}"
    )


def wrong(drilled: list[Drilled]) -> list[Drilled]:
    """Those that were lost, doubled, stuck, told untruly, or given to a person though they could be decided."""
    return [one for one in drilled if one.verdict in (*BAD, "review")]


def is_good(drilled: list[Drilled]) -> bool:
    """Nothing lost, doubled, untrue or stuck; at most one in a hundred waits for a person without need."""
    counts = figures(drilled)["all"]
    return not any(counts[name] for name in BAD) and counts["review"] <= MOST_REVIEW * counts["commands"]
