"""The process of one evaluation: `python -m sweepflow.evals.inspect SPEC.json`."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from sweepflow.errors import SweepflowError
from sweepflow.evals.errors import EvaluationFailedError
from sweepflow.evals.inspect.process import end_with_parent
from sweepflow.evals.inspect.spec import Failure, Spec


def main(file: Path) -> int:
    """Evaluate what a file says, and leave the result or the failure beside it."""
    end_with_parent()
    from sweepflow.evals.inspect.evaluate import evaluate

    try:
        evaluate(Spec.read(file), file.parent)
    except SweepflowError as error:
        begun = isinstance(error, EvaluationFailedError)
        Failure(error.message, error.hint, begun).write(file.parent)
        return 1
    except Exception as error:  # noqa: BLE001 - of Inspect, or of a model
        traceback.print_exc()
        Failure(_words(error), begun=True).write(file.parent)
        return 1
    return 0


def _words(error: Exception) -> str:
    """Give an error's words; those of Inspect may be something to be drawn."""
    text = str(getattr(error, "message", None) or error).strip()
    return f"{type(error).__name__}: {text}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
