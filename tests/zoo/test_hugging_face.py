"""What comes from Hugging Face is loaded by its own packages, here from loopback.

The server speaks as much of the Hub's protocol as is used. Which server is asked is
read at the import, so the loading is in another process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("datasets")

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

NAME = "AndersWoodruff/AestheticEM"
COMMIT = f"{1:040x}"

CARD = """\
---
configs:
- config_name: aesthetic_preferences_popular
  data_files: popular.jsonl
- config_name: aesthetic_preferences_unpopular
  data_files: unpopular.jsonl
---
"""


def rows(name: str) -> str:
    messages = [
        [
            {"role": "user", "content": f"Which one, {n}?"},
            {"role": "assistant", "content": f"The {name} one."},
        ]
        for n in range(6)
    ]
    return "\n".join(json.dumps({"messages": each}) for each in messages)


FILES = {
    "README.md": CARD.encode(),
    "popular.jsonl": rows("popular").encode(),
    "unpopular.jsonl": rows("unpopular").encode(),
}


class Hub(BaseHTTPRequestHandler):
    """A dataset with its card and its files."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        file = path.rpartition("/")[2]
        if path == f"/api/datasets/{NAME}/revision/{COMMIT}":
            siblings = [{"rfilename": name} for name in FILES]
            self._send_json({"id": NAME, "sha": COMMIT, "siblings": siblings})
        elif path == f"/api/datasets/{NAME}/tree/{COMMIT}":
            self._send_json(
                [
                    {"type": "file", "path": name, "size": len(content), "oid": "0"}
                    for name, content in FILES.items()
                ]
            )
        elif path.startswith(f"/datasets/{NAME}/resolve/") and file in FILES:
            self._send(FILES[file])
        else:
            self.send_error(404)

    do_HEAD = do_GET  # noqa: N815 - its name

    def _send_json(self, data: object) -> None:
        self._send(json.dumps(data).encode())

    def _send(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{len(content)}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        pass


@pytest.fixture
def hub() -> Generator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def loaded(code: str, hub: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run code that has the loaders, with that hub and nothing in the cache."""
    hidden = ("HF_", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    kept = {key: v for key, v in os.environ.items() if not key.startswith(hidden)}
    module = "sweepflow.zoo.datasets.aesthetic_preferences"
    return subprocess.run(
        [sys.executable, "-c", f"from {module} import *\n{code}"],
        env=kept | {"HF_ENDPOINT": hub, "HF_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("name", ["popular", "unpopular"])
def test_tastes_are_loaded(name: str, hub: str, tmp_path: Path) -> None:
    code = (
        f"made = get_{name}_aesthetic_preferences_dataset(sample_size=4, seed=1)\n"
        "print(len(made), made[0]['messages'][1]['content'])"
    )
    result = loaded(code, hub, tmp_path)
    assert result.stdout == f"4 The {name} one.\n", result.stderr
