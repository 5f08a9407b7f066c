"""Runs a drill: commands in waves, each with its plan, driven until nothing moves by itself."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from channels.registry import PLATFORMS
from channels.sandbox import Fault
from channels.serving import SandboxServer
from dashboard.sync import engine, verify
from dashboard.sync.kinds import AFTER_ABSENCE, KINDS, NEVER
from dashboard.sync.models import Command
from dashboard.sync.models.commands import DONE, FINAL, NEEDS_REVIEW, QUEUED, UNKNOWN
from dashboard.sync.opening import TRANSPORTS, close_channels
from dashboard.sync.submit import submit
from tests.drill.buying import BUYING
from tests.drill.farm import Farm
from tests.drill.plans import FAULTS, Plan, drawn
from tests.drill.selling import SELLING
from tests.drill.world import Intent, World, open_world, time_passes

SCENARIOS = {**SELLING, **BUYING}
WAVE = 10
STEPS = 60
# One more than wanted does no harm and cannot be told from the wanted one, so it is sent again without proof.
HARMLESS = {"catalog.upload_image", "tickets.upload_picture"}


@dataclass
class Drilled:
    """One command with all that was done to it."""

    intent: Intent
    world: World
    plan: Plan
    command: Command
    deaths: int = 0
    effects: int = 0
    on_the_way: Any = None  # a request that the platform has not heard yet

    @property
    def is_moving(self) -> bool:
        """Whether something more happens by itself."""
        return self.command.state not in FINAL and self.command.state != NEEDS_REVIEW

    @property
    def verdict(self) -> str:
        """`fine`, `lost`, `doubled`, `stuck`, `untrue` (its state is not what the ledger says) or `review`."""
        if self.effects > 1 and self.intent.kind not in HARMLESS:
            return "doubled"
        if self.is_moving:
            return "stuck"
        if self.command.state == NEEDS_REVIEW:
            has_left = self.command.sent_attempt > 0
            return "undecidable" if has_left and KINDS[self.intent.kind].repeat == NEVER else "review"
        if self.command.state == DONE:
            return "fine" if self.effects else "untrue"
        return "untrue" if self.effects else "lost"


@dataclass
class Drill:
    """A drill under way. `kills` is the share of commands whose process dies; 0 needs no other process."""

    seed: int
    kills: float
    server: SandboxServer = field(default_factory=lambda: SandboxServer({}))
    done: list[Drilled] = field(default_factory=list)

    def run(self, commands: int) -> list[Drilled]:
        """So many commands, over as many fresh worlds as that takes."""
        self.chance = random.Random(self.seed)
        self.server.start()
        self.farm = Farm() if self.kills else None
        try:
            for n in itertools.count():
                if len(self.done) >= commands:
                    return self.done
                self._round(n, commands - len(self.done))
        finally:
            if self.farm:
                self.farm.close()
            self.server.shutdown()
            self.server.server_close()
            close_channels()
        return self.done

    def _round(self, n: int, left: int) -> None:
        """Five fresh worlds, used until every kind has had its turn three times."""
        worlds = [
            open_world(key, f"{key}-{self.seed}-{n}", self.server, seed=self.seed * 1000 + n) for key in PLATFORMS
        ]
        intents = list(itertools.islice(_dealt(worlds, self.chance), left))
        for wave in _waves(intents):
            self._wave(wave, worlds)
        close_channels()
        for world in worlds:
            TRANSPORTS.pop(world.connection.base_url, None)

    def _wave(self, wave: list[tuple[World, Intent]], worlds: list[World]) -> None:
        drilled = [self._submitted(world, intent) for world, intent in wave]
        for _ in range(STEPS):
            moving = [one for one in drilled if one.is_moving]
            if not moving:
                break
            self.chance.shuffle(moving)
            for one in moving:
                self._step(one, worlds)
        for one in drilled:
            one.world.sandbox.faults.clear()
            entries = (entry for entry in one.world.sandbox.ledger if entry.endpoint == one.intent.endpoint)
            one.effects = sum(one.intent.is_ours(entry.effect) for entry in entries)
        self.done += drilled

    def _submitted(self, world: World, intent: Intent) -> Drilled:
        """Queue it, twice where the plan says so: it must be one command."""
        plan = drawn(self.chance, self.kills)
        given = (world.connection, intent.kind, intent.target, intent.payload, None)
        first = submit(*given)
        if plan.twice:
            assert submit(*given).command == first.command
        return Drilled(intent, world, plan, first.command)

    def _step(self, one: Drilled, worlds: list[World]) -> None:
        """What a worker would do next for this command, with what goes wrong meanwhile."""
        is_sending = one.command.state == QUEUED
        faults = one.world.sandbox.faults
        faults.clear()
        heard = overheard(one.world.sandbox) if is_sending and one.plan.fault == "late" else []
        if is_sending and one.on_the_way is not None:
            one.world.sandbox.handle(one.on_the_way)
            one.on_the_way = None
        if is_sending and one.plan.fault != "none":
            faults.append(Fault(endpoint=one.intent.endpoint, **FAULTS[one.plan.fault]))
        if one.command.state == UNKNOWN and one.plan.deaf:
            faults.append(Fault(endpoint="*", fault="status", code=502, times=3))
            one.plan.deaf = False
        assert one.world.channel
        failpoint = one.plan.takes(is_sending)
        if failpoint and self.farm:
            one.deaths += self.farm.step("perform" if is_sending else "verify", one.command.pk, failpoint)
        else:
            act = engine.perform if is_sending else verify.verify
            act(one.command.pk, ignore_backoff=True, purpose="foreground")
        if is_sending and not any(fault.times > 0 for fault in faults):
            one.plan.fault = "none"
            if heard and KINDS[one.intent.kind].repeat == AFTER_ABSENCE:
                one.on_the_way = heard[-1]
        vars(one.world.sandbox).pop("handle", None)
        faults.clear()
        time_passes(worlds)
        one.command.refresh_from_db()


def overheard(sandbox: Any) -> list[Any]:
    """What the sandbox is asked from now on."""
    heard: list[Any] = []
    handle = sandbox.handle

    def listen(request: Any, in_process: bool = True) -> Any:
        heard.append(request)
        return handle(request, in_process)

    sandbox.handle = listen
    return heard


def _dealt(worlds: list[World], chance: random.Random) -> Iterator[tuple[World, Intent]]:
    """Three of every scenario where its world holds so many, in any order."""
    hands = []
    for world in worlds:
        for scenario in SCENARIOS[world.connection.platform]:
            hands += [(world, scenario(world))] * 3
    chance.shuffle(hands)
    for world, intents in hands:
        intent = next(intents, None)
        if intent is not None:
            yield world, intent


def _waves(intents: list[tuple[World, Intent]]) -> Iterator[list[tuple[World, Intent]]]:
    """Up to ten at once; what must be alone comes last, one by one."""
    together = [pair for pair in intents if not pair[1].alone]
    yield from (together[at : at + WAVE] for at in range(0, len(together), WAVE))
    yield from ([pair] for pair in intents if pair[1].alone)
