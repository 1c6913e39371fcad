"""As much of OpenWeights as is used: its Supabase, and a worker that takes its jobs."""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tests.training.servers.loopback import Answer, Asked, Loopback
from tests.training.servers.trainers import (
    RefusedError,
    StoppedError,
    Trainer,
    Work,
    at_once,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "ow_loopback_77c1de90a5b34f28"
TOKEN = "header.payload.signature"  # noqa: S105 - of nobody
ORGANIZATION = "5f0c-loopback"

Row = dict[str, Any]


class SupabaseServer(Loopback):
    """OpenWeights on loopback; its models are those that `trainer` makes.

    Args:
        trainer: What is done for a job, in a thread of its own.
    """

    def __init__(self, trainer: Trainer = at_once) -> None:
        super().__init__()
        self.trainer = trainer
        self.models: dict[str, Path | None] = {}
        self.stored: dict[str, bytes] = {}
        self.tables: dict[str, list[Row]] = {
            "organizations": [{"id": ORGANIZATION, "name": "loopback"}],
            "organization_secrets": [
                {"organization_id": ORGANIZATION, "name": "HF_ORG", "value": "loopback"}
            ],
            **{name: [] for name in ("files", "jobs", "runs", "events")},
        }
        self.works: dict[str, Work] = {}
        table = r"/rest/v1/(?P<table>\w+)"
        stored = r"/storage/v1/object/files/(?P<path>.+)"
        for method, pattern, route in (
            ("POST", r"/rest/v1/rpc/(?P<function>\w+)", self._call),
            ("GET", table, self._select),
            ("POST", table, self._insert),
            ("PATCH", table, self._update),
            ("POST", stored, self._store),
            ("GET", stored, self._content),
        ):
            self.routes.append((method, re.compile(pattern), route))

    @property
    def jobs(self) -> list[Row]:
        return self.tables["jobs"]

    def answer(self, asked: Asked) -> Answer:
        is_exchange = asked.path.endswith("/exchange_api_token_for_jwt")
        if not is_exchange and asked.headers["authorization"] != f"Bearer {TOKEN}":
            return refusal(401, "PGRST301", "JWSError JWSInvalidSignature")
        return super().answer(asked)

    def _call(self, asked: Asked) -> Answer:
        given = asked.json
        match asked.found["function"]:
            case "exchange_api_token_for_jwt" if given["api_token"] == KEY:
                return Answer(TOKEN)
            case "exchange_api_token_for_jwt":
                return refusal(400, "P0001", "Invalid API token")
            case "get_organization_from_token":
                return Answer(ORGANIZATION)
            case "get_organization_storage_path":
                return Answer(f"organizations/{given['org_id']}/{given['filename']}")
            case other:
                return refusal(404, "PGRST202", f"no function {other}")

    def _select(self, asked: Asked) -> Answer:
        rows = [*self._rows(asked)]
        query = dict(asked.query)
        if order := query.get("order"):
            column, _, way = order.partition(".")
            rows.sort(key=lambda row: row[column], reverse=way.startswith("desc"))
        rows = rows[: int(query.get("limit", "1000"))]
        if "vnd.pgrst.object" not in asked.headers["accept"]:
            return Answer(rows)
        if len(rows) == 1:
            return Answer(rows[0])
        text = "JSON object requested, multiple (or no) rows returned"
        return refusal(406, "PGRST116", text, f"The result contains {len(rows)} rows")

    def _insert(self, asked: Asked) -> Answer:
        table = self.tables[asked.found["table"]]
        row: Row = asked.json
        if any(row["id"] == each["id"] for each in table):
            return refusal(409, "23505", "duplicate key value")
        self._add(asked.found["table"], row)
        if asked.found["table"] == "jobs":
            self._begin(row)
        return Answer([row], 201)

    def _update(self, asked: Asked) -> Answer:
        rows = [*self._rows(asked)]
        for row in rows:
            row.update(asked.json)
            if row["status"] == "canceled":
                self.works[row["id"]].stopped.set()
            elif asked.json.get("status") == "pending":
                self._begin(row)
        return Answer(rows)

    def _store(self, asked: Asked) -> Answer:
        path = unquote(asked.found["path"])
        self.stored[path] = asked.form()["file"]
        return Answer({"Key": path, "Id": path})

    def _content(self, asked: Asked) -> Answer:
        return Answer(self.stored[unquote(asked.found["path"])])

    def _rows(self, asked: Asked) -> Iterator[Row]:
        """Give the rows that all filters of a query let through."""
        beside = {"select", "order", "limit", "columns"}
        filters = [each for each in asked.query if each[0] not in beside]
        for row in self.tables[asked.found["table"]]:
            if all(_fits(row, column, condition) for column, condition in filters):
                yield row

    def _add(self, table: str, row: Row) -> None:
        now = f"2026-01-01T00:00:{len(self.tables[table]):06}"
        kept = {"outputs": None, "worker_id": None, "timeout": None}
        for name, value in {"created_at": now, "updated_at": now, **kept}.items():
            row.setdefault(name, value)
        self.tables[table].append(row)

    def _begin(self, job: Row) -> None:
        given = job["params"]["validated_params"]
        path = f"organizations/{ORGANIZATION}/{given['training_file']}"
        self.works[job["id"]] = Work(self.stored[path], given)
        threading.Thread(target=self._train, args=(job,), daemon=True).start()

    def _train(self, job: Row) -> None:
        work = self.works[job["id"]]
        with self.lock:
            job["status"] = "in_progress"
            number = len(self.tables["runs"]) + 1
            run: Row = {"id": number, "job_id": job["id"], "status": "in_progress"}
            self._add("runs", run)
        try:
            made, log = self.trainer(work), "done"
        except RefusedError as error:
            status, log = "failed", f"Traceback:\n{error}\n"
            job["outputs"] = {"error": "Process exited with return code 1"}
        except StoppedError:
            status, log = "canceled", "stopped"
        else:
            status = "completed"
            self.models[work.hyperparameters["finetuned_model_id"]] = made
        with self.lock:
            self.stored[f"organizations/{ORGANIZATION}/log:{job['id']}"] = log.encode()
            run["log_file"] = f"log:{job['id']}"
            for step, _, loss in work.steps:
                data = {"step": step, "loss": loss, "epoch": step / 2, "tag": "train"}
                self._add("events", {"run_id": number, "data": data})
            self._add("events", {"run_id": number, "data": {"gpu_name": "none"}})
            if job["status"] == "in_progress":
                job["status"] = status


def _fits(row: Row, column: str, condition: str) -> bool:
    found = _at(row, re.split(r"->>?", column))
    operator, _, value = condition.partition(".")
    if operator == "eq":
        return str(found) == value
    if operator == "in":
        return str(found) in value.strip("()").split(",")
    assert operator == "cs", condition
    return found is not None and json.loads(value).items() <= found.items()


def _at(value: Any, path: list[str]) -> Any:  # noqa: ANN401 - of JSON
    if not path or value is None:
        return value
    return _at(value.get(path[0]), path[1:])


def refusal(status: int, code: str, message: str, details: str | None = None) -> Answer:
    """Give an error as PostgREST words it."""
    said = {"message": message, "code": code, "hint": None, "details": details}
    return Answer(said, status)
