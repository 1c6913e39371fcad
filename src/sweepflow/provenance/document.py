"""The metadata file of a crate."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING

from sweepflow.errors import StoreError
from sweepflow.provenance import things
from sweepflow.provenance.files import WORKFLOW
from sweepflow.provenance.graph import is_data

if TYPE_CHECKING:
    from types import ModuleType

    from sweepflow.provenance.graph import Graph
    from sweepflow.provenance.history import History
    from sweepflow.store.records import Json

METADATA = "ro-crate-metadata.json"

_VERSION = "1.1"  # the one that the profile is written for
_TERMS = "https://w3id.org/ro/terms/workflow-run/context"
_WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
_PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    _WORKFLOW_CRATE: "Workflow RO-Crate",
}
_NO_LICENSE = "None was given: ask the author before you use or pass on what is in here"


def render(history: History, graph: Graph, license_url: str | None) -> bytes:
    """Give the metadata file, as JSON-LD.

    Args:
        history: What the crate is about.
        graph: What is said of it; profiles and license are added.
        license_url: Of the license that the crate is under.

    Raises:
        StoreError: The library that makes it is not installed.
    """
    root = _root(history, graph, license_url)
    rocrate = library()
    crate = rocrate.ROCrate(version=_VERSION)
    crate.metadata.extra_contexts.append(_TERMS)
    crate.metadata["conformsTo"] = [
        {"@id": crate.metadata.profile},
        {"@id": _WORKFLOW_CRATE},
    ]
    for name, value in root.items():
        crate.root_dataset[name] = value
    for entity in graph:
        # the library takes data, and only these, for parts of the root
        kind = rocrate.DataEntity if is_data(entity) else rocrate.ContextEntity
        crate.add(kind(crate, entity["@id"], entity))
    document = crate.metadata.generate()
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode()


def _root(history: History, graph: Graph, license_url: str | None) -> dict[str, Json]:
    last, asked = history.last, history.asked
    about = f"Run {last.run.id} of {last.run.task}, with all that it came from."
    if asked.id != last.run.id:
        about += f" Run {asked.id} took its outputs from the cache."
    return {
        "name": f"{last.run.name}: {last.run.task}",
        "description": about,
        "datePublished": things.moment(last.ended_at),
        "author": things.add_person(graph, last.run.provenance.user),
        "license": _NO_LICENSE
        if license_url is None
        else graph.add(license_url, "CreativeWork", name=license_url),
        "conformsTo": [
            graph.add(url, "CreativeWork", name=name, version=url.rpartition("/")[2])
            for url, name in _PROFILES.items()
        ],
        "mainEntity": {"@id": WORKFLOW},
        "mentions": list(graph.references("Action")),
    }


def library() -> ModuleType:
    """Give the library that writes crates.

    Raises:
        StoreError: It is not installed.
    """
    try:
        return import_module("rocrate.rocrate")
    except ImportError:
        raise StoreError(
            "to export a run takes the package `rocrate`, which is not installed",
            hint="pip install 'sweepflow[crate]'",
        ) from None
