"""Public readers of crates, kept off the network.

The validator fetches the two contexts that a crate names through a cache of HTTP
responses. Here that cache is filled from files beforehand, and the validator told to
use nothing else. `runcrate` needs no context.
"""

from __future__ import annotations

import io
import json
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

RO_CRATE = "https://w3id.org/ro/crate/1.1/context"
WORKFLOW_RUN = "https://w3id.org/ro/terms/workflow-run"

_TERMS = (
    "ParameterConnection ContainerImage DockerImage SIFImage connection "
    "sourceParameter targetParameter md5 sha1 sha256 sha512 environment registry tag "
    "containerImage resourceUsage"
)


def validate(crate: Path, cache: Path) -> list[str]:
    """Give what the public validator says against a crate."""
    _fill(cache)
    services = import_module("rocrate_validator.services")
    settings = services.ValidationSettings(
        rocrate_uri=str(crate),
        profile_identifier="provenance-run-crate",
        requirement_severity="REQUIRED",
        cache_path=cache,
        offline=True,
    )
    result: Any = services.validate(settings)
    return [
        f"{issue.check.identifier}: {issue.message}" for issue in result.get_issues()
    ]


def report(crate: Path) -> str:
    """Give what `runcrate report` prints of a crate."""
    text = io.StringIO()
    import_module("runcrate.report").dump_crate_actions(crate, f=text)
    return text.getvalue()


def contexts() -> Mapping[str, str]:
    """Give the documents behind the two addresses."""
    terms = {term: f"{WORKFLOW_RUN}#{term}" for term in _TERMS.split()}
    file = Path(__file__).parent / "contexts" / "ro-crate-1.1.jsonld"
    return {
        RO_CRATE: file.read_text("utf-8"),
        f"{WORKFLOW_RUN}/context": json.dumps({"@context": terms}),
    }


def _fill(cache: Path) -> None:
    requests_cache: Any = import_module("requests_cache")
    with requests_cache.CachedSession(str(cache), backend="sqlite") as session:
        session.mount("https://", _Files())
        for url in contexts():
            session.get(url)


class _Files(HTTPAdapter):
    """Answers requests from files."""

    def send(
        self,
        request: requests.PreparedRequest,
        *args: object,
        **options: object,
    ) -> requests.Response:
        body = contexts()[str(request.url)].encode()
        answer = HTTPResponse(
            io.BytesIO(body),
            {"Content-Type": "application/ld+json"},
            HTTPStatus.OK,
            preload_content=False,
            request_url=request.url,
        )
        return self.build_response(request, answer)
