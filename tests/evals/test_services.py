"""Models of services, which a server on loopback plays."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("inspect_ai")
pytest.importorskip("openai")

from sweepflow.evals import EvaluationError, Target, get_backend

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TASK = "tests.evals.tasks:numbers"


class _Service(ThreadingHTTPServer):
    """Says again what was said to it, as OpenAI's chat completions do."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.asked: list[tuple[str, str]] = []
        self.refuses_next = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Answers(BaseHTTPRequestHandler):
    server: _Service  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        request: dict[str, Any] = json.loads(self.rfile.read(size))
        key = self.headers["Authorization"].removeprefix("Bearer ")
        self.server.asked.append((key, request["model"]))
        if key == "wrong":
            self._send(401, {"error": {"message": "that key is not ours"}})
        elif self.server.refuses_next:
            self.server.refuses_next -= 1
            self._send(429, {"error": {"message": "slower, please"}})
        else:
            self._send(200, _completion(request))

    def _send(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


def _completion(request: dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": request["messages"][-1]["content"]}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": request["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


@pytest.fixture
def service() -> Iterator[_Service]:
    with _Service() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_model_of_openai_is_asked_by_its_name(
    service: _Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", service.url)
    monkeypatch.setenv("OPENAI_API_KEY", "right")
    service.refuses_next = 1  # and is asked again
    model = Target("openai", "ft:gpt-4.1-nano:us:hello:1")
    found = get_backend("inspect").evaluate(model, TASK, tmp_path, limit=2)
    assert found.metrics["accuracy"] == 0.5
    assert service.asked == [("right", "ft:gpt-4.1-nano:us:hello:1")] * 3


def test_a_service_that_refuses_is_quoted(
    service: _Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", service.url)
    monkeypatch.setenv("OPENAI_API_KEY", "wrong")
    with pytest.raises(EvaluationError, match="that key is not ours") as raised:
        get_backend("inspect").evaluate(Target("openai", "gpt"), TASK, tmp_path)
    assert "wrong" not in str(raised.value)
    assert not (tmp_path / "metrics.json").exists()


def test_a_model_of_openweights_is_asked_where_it_is_served(
    service: _Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENWEIGHTS_SERVING_BASE_URL", service.url)
    monkeypatch.setenv("OPENWEIGHTS_SERVING_API_KEY", "served")
    model = Target("openweights", "organisation/name-of-model")
    found = get_backend("inspect").evaluate(model, TASK, tmp_path, limit=2)
    assert found.metrics["accuracy"] == 0.5
    assert set(service.asked) == {("served", "organisation/name-of-model")}
