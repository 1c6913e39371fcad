"""A server on loopback that speaks JSON over HTTP, and misbehaves when told to."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

Route: TypeAlias = Callable[["Asked"], "Answer"]


@dataclass(frozen=True)
class Asked:
    """A request; `found` is what the route's pattern holds."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Message
    body: bytes
    found: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        return json.loads(self.body)

    def form(self) -> dict[str, bytes]:
        """Give the parts of a form with files, by name."""
        kind = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        parts = BytesParser().parsebytes(kind + self.body).get_payload()
        found: dict[str, bytes] = {}
        for part in parts:
            assert isinstance(part, Message)
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            found[str(name)] = content
        return found


@dataclass(frozen=True)
class Answer:
    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def content(self) -> bytes:
        is_raw = isinstance(self.body, bytes)
        return self.body if is_raw else json.dumps(self.body).encode()


@dataclass
class Fault:
    """What happens to the next requests that match, instead of what should."""

    method: str
    path: str
    times: int
    kind: Literal["answer", "break", "hold"]
    answer: Answer = field(default_factory=Answer)


class Loopback:
    """Answers by its routes; `asked` tells what it was asked."""

    def __init__(self) -> None:
        self.routes: list[tuple[str, re.Pattern[str], Route]] = []
        self.asked: list[Asked] = []
        self.lock = threading.RLock()
        self.held = threading.Event()
        """Set as soon as an answer is held back."""
        self.released = threading.Event()
        self._faults: list[Fault] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        loop = self._server.serve_forever
        threading.Thread(target=loop, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def fail(self, method: str, path: str, answer: Answer, *, times: int = 1) -> None:
        """Give another answer, and do nothing of what was asked."""
        self._faults.append(Fault(method, path, times, "answer", answer))

    def break_off(self, method: str, path: str, *, times: int = 1) -> None:
        """Do what was asked, and reset the connection in the middle of the answer."""
        self._faults.append(Fault(method, path, times, "break"))

    def hold(self, method: str, path: str) -> None:
        """Do what was asked, and answer when `released` is set."""
        self._faults.append(Fault(method, path, 1, "hold"))

    def count(self, method: str, path: str) -> int:
        """Tell how often something was asked; the path is a pattern."""
        asked = [each for each in self.asked if each.method == method]
        return len([each for each in asked if re.fullmatch(path, each.path)])

    def answer(self, asked: Asked) -> Answer:
        """Answer by the first route that fits."""
        for method, pattern, route in self.routes:
            found = pattern.fullmatch(asked.path)
            if found and method == asked.method:
                with self.lock:
                    return route(replace(asked, found=found.groupdict()))
        return Answer({"error": {"message": f"no route {asked.path}"}}, 404)

    def fault(self, asked: Asked) -> Fault | None:
        """Take what is to go wrong with a request."""
        with self.lock:
            self.asked.append(asked)
            for fault in self._faults:
                fits = re.fullmatch(fault.path, asked.path)
                if fault.times > 0 and fault.method == asked.method and fits:
                    fault.times -= 1
                    return fault
        return None


def _handler(server: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet, else each answer takes 40 ms
        disable_nagle_algorithm = True

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:  # who asked was killed
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
            """Say nothing."""

        def answer(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            query = parse_qsl(url.query, keep_blank_values=True)
            asked = Asked(self.command, url.path, query, self.headers, body)
            fault = server.fault(asked)
            if fault and fault.kind == "answer":
                self.send(fault.answer)
                return
            answer = server.answer(asked)
            if fault and fault.kind == "hold":
                server.held.set()
                server.released.wait()
            self.send(answer, broken=fault is not None and fault.kind == "break")

        def send(self, answer: Answer, *, broken: bool = False) -> None:
            content = answer.content
            self.send_response(answer.status)
            kind = {"content-type": "application/json"}
            for name, value in {**kind, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            if not broken:
                self.wfile.write(content)
                return
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            reset = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            self.close_connection = True
            self.connection.close()

        do_GET = do_POST = do_PATCH = do_HEAD = answer  # noqa: N815 - theirs

    return Handler
