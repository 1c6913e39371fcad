"""Many processes at one ledger, some of which are killed: each work is done once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from sweepflow.store.ledger import Ledger
from sweepflow.store.records import Ending, Hit, Lease, sha256
from tests.store.conftest import a_claim, an_atom, an_ending

WORKS = 200

DRIVER = f"""
import random, sys, time
from pathlib import Path
from sweepflow.store.ledger import Ledger
from sweepflow.store.records import Lease
from tests.store.conftest import a_claim, an_ending

address, driver = sys.argv[1:]
ledger = Ledger(address)
left = [str(n) for n in range({WORKS})]
random.shuffle(left)
while left:
    batch = left[:random.randint(1, 20)]
    claims = [a_claim(f"{{driver}}-{{work}}-{{len(left)}}-{{time.time_ns()}}", work,
                      driver=driver, started_at=time.time()) for work in batch]
    answers = ledger.acquire(claims)
    started = [claim for claim in claims if answers[claim.run.id] is None]
    ledger.beat(driver, time.time())
    time.sleep(random.uniform(0, 0.02))  # work
    random.shuffle(started)
    assert not ledger.commit([
        # Some atoms are made by many runs at once.
        an_ending(claim.run.id, claim.parts["work"], str(int(claim.parts["work"]) % 7))
        for claim in started
    ])
    theirs = {{c.parts["work"] for c in claims if isinstance(answers[c.run.id], Lease)}}
    left = [work for work in left if work not in batch or work in theirs]
    random.shuffle(left)
ledger.close()
"""


def drive(address: Path | str, name: str) -> subprocess.Popen[bytes]:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", DRIVER, str(address), name]
    environment = os.environ | {"PYTHONPATH": str(root)}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)


def give_up_for_dead(ledger: Ledger, driver: str) -> None:
    """End what a dead driver left, as those do who find it."""
    left = [run for run in ledger.runs(status="running") if run.driver == driver]
    ledger.commit([Ending(run.id, "interrupted", time.time()) for run in left])


def check(ledger: Ledger) -> None:
    completed = ledger.runs(status="completed")
    assert len(completed) == len({run.fingerprint for run in completed}) == WORKS
    keys = [sha256(str(n)) for n in range(WORKS)]
    hits = ledger.hits(keys)
    for n, key in enumerate(keys):
        atoms = [atom.digest for atom in hits[key].outputs.values()]
        assert atoms == [sha256(str(n)), sha256(str(n % 7))]
    assert ledger.leases(keys) == {}
    assert ledger.runs(status="running") == []


def test_eight_drivers_do_each_work_once(address: Path | str) -> None:
    drivers = [drive(address, f"d{n}") for n in range(8)]
    for driver in drivers:
        assert driver.communicate(timeout=120) == (None, b"")
    with closing(Ledger(address)) as ledger:
        check(ledger)
        assert len(ledger.runs()) == WORKS


def test_drivers_may_be_killed_at_any_instant(address: Path | str) -> None:
    with closing(Ledger(address)) as ledger:
        drivers = {f"d{n}": drive(address, f"d{n}") for n in range(8)}
        for n, name in enumerate(list(drivers)[:6]):
            while len(ledger.runs(status="completed")) < n * WORKS / 8:
                time.sleep(0.001)
            drivers[name].send_signal(signal.SIGKILL)
            drivers[name].wait()
            give_up_for_dead(ledger, name)
            drivers[f"{name}-again"] = drive(address, f"{name}-again")
        for driver in drivers.values():
            assert driver.communicate(timeout=120) == (None, b"") or driver.returncode
            assert driver.returncode in (0, -signal.SIGKILL)
        check(ledger)


class Drivers(RuleBasedStateMachine):
    """Any order of what drivers may do, against a model of the leases."""

    @initialize()
    def begin(self) -> None:
        path = self.folder / f"{time.time_ns()}.db"
        self.ledger = Ledger(path)
        self.count = 0
        self.holders: dict[str, str] = {}
        self.given_up: dict[str, str] = {}
        self.made: dict[str, str] = {}

    folder: Path
    works = st.sampled_from("abc")

    @rule(work=works, fresh=st.booleans())
    def claim(self, work: str, fresh: bool) -> None:
        self.count += 1
        run_id = f"{self.count:04}"
        claim = a_claim(run_id, work, started_at=float(self.count))
        answer = self.ledger.acquire([claim], fresh=fresh)[run_id]
        if work in self.holders:
            assert isinstance(answer, Lease)
            assert answer.run_id == self.holders[work]
        elif work in self.made and not fresh:
            assert answer == Hit(self.made[work], {"out0": an_atom(self.made[work])})
        else:
            assert answer is None
            self.holders[work] = run_id

    @rule(work=works, completes=st.booleans())
    def end(self, work: str, completes: bool) -> None:
        if run_id := self.holders.pop(work, None):
            status = "completed" if completes else "failed"
            outputs = (run_id,) if completes else ()
            assert not self.ledger.commit([an_ending(run_id, *outputs, status=status)])
            if completes:
                self.made[work] = run_id

    @rule(work=works)
    def give_up(self, work: str) -> None:
        if run_id := self.holders.pop(work, None):
            assert not self.ledger.commit([an_ending(run_id, status="interrupted")])
            self.given_up[work] = run_id

    @rule(work=works)
    def come_back(self, work: str) -> None:
        if run_id := self.given_up.get(work):
            assert self.ledger.commit([an_ending(run_id, "stale")]) == {run_id}

    @rule(work=works)
    def forget(self, work: str) -> None:
        if work in self.made:
            ids = [run.id for run in self.ledger.runs(status="completed")]
            self.ledger.forget([i for i in ids if self.work_of(i) == sha256(work)])
            del self.made[work]

    def work_of(self, run_id: str) -> str | None:
        return self.ledger.get(run_id).fingerprint

    @invariant()
    def the_ledger_agrees(self) -> None:
        keys = {sha256(work): work for work in "abc"}
        leases = self.ledger.leases(list(keys))
        assert {keys[k]: lease.run_id for k, lease in leases.items()} == self.holders
        hits = self.ledger.hits(list(keys))
        assert {keys[k]: hit.run_id for k, hit in hits.items()} == self.made
        assert not [
            a for a in self.ledger.catalog.atoms() if a.digest == sha256("stale")
        ]

    def teardown(self) -> None:
        self.ledger.close()


def test_leases_hold_in_any_order_of_things(tmp_path: Path) -> None:
    machine = type("Machine", (Drivers,), {"folder": tmp_path})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=25, stateful_step_count=25, deadline=None),
    )
