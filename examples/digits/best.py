"""Print the best runs of the sweep."""

from __future__ import annotations

import os

import mlflow


def main(count: int = 10) -> None:
    mlflow.set_tracking_uri(
        os.environ.get("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db")
    )
    runs = mlflow.search_runs(
        experiment_names=["digits"],
        filter_string="attributes.status = 'FINISHED'",
        order_by=["metrics.cv_accuracy DESC"],
        output_format="list",
    )
    print(f"The best {count} of {len(runs)} runs:\n")
    print("kernel         c    gamma  cv accuracy  test accuracy  run")
    for run in runs[:count]:
        params, metrics = run.data.params, run.data.metrics
        print(
            f"{params['kernel']:6}  {float(params['c']):8.4g} "
            f"{float(params['gamma']):8.4g}  {metrics['cv_accuracy']:11.4f}  "
            f"{metrics['test_accuracy']:13.4f}  {run.info.run_id}"
        )


if __name__ == "__main__":
    main()
