"""The runs of an MLflow server, from its answers as they are.

MLflow's own client asks for one page after the other, and takes half as long as the
server to make objects of them. Here pages are asked for side by side; how the server is
reached, and who asks, is left to MLflow.
"""

from __future__ import annotations

import base64
import json
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sweepflow.analysis.errors import AnalysisError
from sweepflow.analysis.tracked import TrackedRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PAGE = 1000
"""How many runs are asked for at a time; more take a server no less time each."""

_AT_ONCE: Final = 4
"""Pages that are asked for at a time: as many as a server of MLflow has workers."""

_MOST_FAULTS: Final = 20
"""Runs that a server may fail on before it is the server that is damaged."""

_PATH: Final = "/api/2.0/mlflow/runs/search"
_BUSY: Final = frozenset({408, 429, 502, 503, 504})
"""Answers after which MLflow asks again. It does so after 500, too, for minutes; but a
server gives that for a page with a damaged run, however often it is asked."""


@dataclass(frozen=True, slots=True)
class _Page:
    """Some of the runs, as the server tells them; a text says why it does not."""

    runs: Sequence[Mapping[str, Any] | str]
    token: str | None


class _ServerError(Exception):
    """The server failed."""


def read_server(
    uri: str, experiments: Mapping[str, str], wanted: str, limit: int | None
) -> Iterator[TrackedRecord | str]:
    """Give the runs of a server, newest first; of a damaged one, what is wrong.

    Args:
        uri: Of the server.
        experiments: Their names, by their ids.
        wanted: What is asked of runs, as MLflow writes it.
        limit: How many.

    Raises:
        AnalysisError: The server fails, or is none of MLflow's.
        MlflowException: It cannot be reached, or refuses to answer.
    """
    server = _Server(uri, {"experiment_ids": list(experiments), "filter": wanted})
    known: set[str] = set()
    for run in islice(server.runs(limit), limit):
        record = _record(run, experiments)
        if isinstance(record, TrackedRecord):
            # A run that began meanwhile moves all others on to the next page.
            if record.id in known:
                continue
            known.add(record.id)
        yield record


class _Server:
    def __init__(self, uri: str, asked: Mapping[str, Any]) -> None:
        from mlflow.utils import credentials, rest_utils

        untyped: Any = credentials
        self._credentials = untyped.get_default_host_creds(uri)
        self._rest: Any = rest_utils
        self._asked = asked
        self._faults = 0

    def runs(self, limit: int | None) -> Iterator[Mapping[str, Any] | str]:
        first = self._at(0, PAGE if limit is None else min(PAGE, limit))
        yield from first.runs
        if first.token == _token(PAGE):
            yield from self._side_by_side(limit)
        elif first.token:
            yield from self._in_turn(first.token)

    def _side_by_side(self, limit: int | None) -> Iterator[Mapping[str, Any] | str]:
        offsets = iter(range(PAGE, limit or 1 << 62, PAGE))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            ahead = deque(
                pool.submit(self._at, n, PAGE) for n in islice(offsets, _AT_ONCE)
            )
            while ahead:
                page = ahead.popleft().result()
                yield from page.runs
                if page.token is None:
                    return
                ahead.extend(pool.submit(self._at, n, PAGE) for n in islice(offsets, 1))

    def _in_turn(self, token: str | None) -> Iterator[Mapping[str, Any] | str]:
        """Give the rest from a server whose tokens are not those of MLflow's own."""
        while token:
            try:
                page = self._ask(PAGE, token)
            except _ServerError as error:
                raise _failed(error) from None
            yield from page.runs
            token = page.token

    def _at(self, offset: int, count: int) -> _Page:
        """Give a page, without the runs at which the server fails."""
        try:
            return self._ask(count, _token(offset) if offset else None)
        except _ServerError as error:
            if count > 1:
                first = self._at(offset, count // 2)
                second = self._at(offset + count // 2, count - count // 2)
                return _Page([*first.runs, *second.runs], second.token)
            self._faults += 1
            if self._faults > _MOST_FAULTS:
                raise _failed(error) from None
            told = f"number {offset + 1:,} of those asked for: {error}"
            return _Page([told], _token(offset + 1))

    def _ask(self, count: int, token: str | None) -> _Page:
        answer = self._rest.http_request(
            *(self._credentials, _PATH, "POST"),
            retry_codes=_BUSY,
            json={**self._asked, "max_results": count, "page_token": token},
        )
        if answer.status_code == 500:
            raise _ServerError("the server fails with it (500)")
        data = self._rest.verify_rest_response(answer, _PATH).json()
        return _Page(data.get("runs", []), data.get("next_page_token") or None)


def _failed(error: _ServerError) -> AnalysisError:
    return AnalysisError(
        f"the MLflow server cannot give its runs: {error}",
        hint="its log says why; limit=… asks for the newest alone",
    )


def _token(offset: int) -> str:
    """Give the token of a page as MLflow's own server makes it."""
    return base64.b64encode(json.dumps({"offset": offset}).encode()).decode()


def _record(
    run: Mapping[str, Any] | str, experiments: Mapping[str, str]
) -> TrackedRecord | str:
    if isinstance(run, str):
        return run
    try:
        info, data = run["info"], run.get("data", {})
        return TrackedRecord(
            id=info["run_id"],
            experiment=experiments[info["experiment_id"]],
            name=info.get("run_name"),
            status=info["status"],
            start=info.get("start_time"),
            end=info.get("end_time"),
            user=info.get("user_id"),
            artifacts=info.get("artifact_uri", ""),
            params=_texts(data.get("params", ())),
            # NaN and infinity are words in JSON.
            metrics={m["key"]: float(m["value"]) for m in data.get("metrics", ())},
            tags=_texts(data.get("tags", ())),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        name = run.get("info", {}).get("run_id", "without an id")
        return f"{name}: the server's answer is not whole ({error!r})"


def _texts(pairs: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {pair["key"]: pair.get("value", "") for pair in pairs}
