"""What people write without Sweepflow: a search in forty lines; a program of its own.

    python by_hand.py HOW TRIALS JOBS COMMAND…

HOW is a sampler of Optuna, whose study is kept in a database, so that a second call
goes on; or `loop`, the floor: the command as often, without a search, and nothing is
kept.
"""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import optuna

_STORAGE = "sqlite:///study.db"


def evaluate(command: Sequence[str], lr: float, layers: int) -> float:
    """Run the command with these values, and find what it printed."""
    argv = [*command, f"lr={lr}", f"layers={layers}"]
    ended = subprocess.run(argv, capture_output=True, text=True, check=True)
    found = re.search(r"^loss: (\S+)$", ended.stdout, re.MULTILINE)
    if found is None:
        sys.exit(f"no loss in {ended.stdout!r}")
    return float(found[1])


def loop(trials: int, jobs: int, command: Sequence[str]) -> tuple[int, float]:
    """Run the command so often; give the number of trials and the least loss."""
    with ThreadPoolExecutor(jobs) as pool:
        given = [pool.submit(evaluate, command, 0.01, 3) for _ in range(trials)]
        found = [each.result() for each in given]
    return len(found), min(found)


def study(
    sampler: str, trials: int, jobs: int, command: Sequence[str]
) -> tuple[int, float]:
    """Run what is missing of a study; give the same of all of it."""
    import optuna

    def objective(trial: optuna.Trial) -> float:
        lr = trial.suggest_float("lr", 1e-4, 0.1, log=True)
        return evaluate(command, lr, trial.suggest_int("layers", 1, 8))

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    samplers = {
        "random": optuna.samplers.RandomSampler,
        "tpe": optuna.samplers.TPESampler,
    }
    made = optuna.create_study(
        storage=_STORAGE,
        sampler=samplers[sampler](seed=0),
        study_name="tune",
        load_if_exists=True,
    )
    missing = trials - len(made.trials)
    made.optimize(objective, n_trials=missing, n_jobs=jobs)
    return len(made.trials), made.best_value


def main() -> None:
    how, trials, jobs, *command = sys.argv[1:]
    if how == "loop":
        count, best = loop(int(trials), int(jobs), command)
    else:
        count, best = study(how, int(trials), int(jobs), command)
    print(f"{count} trials, best loss {best}")


if __name__ == "__main__":
    main()
