"""The faults that a simulator shows when it is asked to."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any

FAULTS = ("status", "drop_after_apply", "slow", "malformed", "expire_token", "rate_limit", "drift")


@dataclass
class Fault:
    """A fault to show ``times`` times on ``endpoint`` (a name, or ``*``), after letting ``skip`` calls pass.

    ``status`` shows ``code`` before anything is applied (``after`` true: afterwards); ``slow`` answers too late, after
    applying; ``malformed`` sends ``body`` or half of the true answer; ``rate_limit`` speaks the platform's 429 with
    ``seconds`` to wait; ``chance`` (0–1) shows it only sometimes.
    """

    endpoint: str
    fault: str
    times: int = 1
    skip: int = 0
    code: int = 500
    after: bool = False
    seconds: float = 30.0
    body: str | None = None
    chance: float = 1.0


def read_fault(given: Any) -> Fault:
    """A fault as it is set over HTTP; ``status`` is the code too. Raises ``ValueError`` or ``TypeError`` in words."""
    known = [one.name for one in fields(Fault)]
    if not isinstance(given, dict) or not {"endpoint", "fault"} <= given.keys():
        raise ValueError(f"an object with endpoint and fault is needed. Known keys: {', '.join(known)}.")
    values = {("code" if key == "status" else key): value for key, value in given.items()}
    strange = sorted(values.keys() - set(known))
    if strange:
        raise ValueError(f"no key {strange[0]!r}. Known: {', '.join(known)}.")
    if values["fault"] not in FAULTS:
        raise ValueError(f"no fault {values['fault']!r}. Known: {', '.join(FAULTS)}.")
    for key, kind in (("times", int), ("skip", int), ("code", int), ("seconds", float), ("chance", float)):
        if key in values:
            values[key] = kind(values[key])
    body = values.get("body")
    return Fault(
        **{**values, "body": body if body is None or isinstance(body, str) else json.dumps(body, default=float)}
    )
