#!/bin/sh
# Sweep, then show the best runs. A second call finds everything done.
set -eu
cd "$(dirname "$0")"
sweepflow run digits --jobs 2
python best.py
cat <<'END'

Look at all runs, their parameters, metrics and artifacts in the MLflow UI:

    cd examples/digits && ../../.venv/bin/mlflow ui --backend-store-uri sqlite:///mlflow.db

What ran, and what it wrote:

    cd examples/digits && ../../.venv/bin/sweepflow runs
    cd examples/digits && ../../.venv/bin/sweepflow runs logs ID
END
