"""What a crate says of things: data, software, parameters, people, places."""

from __future__ import annotations

import mimetypes
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from sweepflow.provenance.code import PACKAGE
from sweepflow.provenance.files import atom_path
from sweepflow.provenance.graph import clean, identifier
from sweepflow.store.records import canonical_json

if TYPE_CHECKING:
    from sweepflow.provenance.graph import Graph, Reference
    from sweepflow.provenance.history import Step
    from sweepflow.store.records import AtomRecord, Json, Provenance

HOMEPAGE = "https://pypi.org/project/sweepflow/"

# The machine's own table of types would make the same run two different crates.
_types = mimetypes.MimeTypes(filenames=())
_types.add_type("application/jsonl", ".jsonl")
_types.add_type("application/vnd.apache.parquet", ".parquet")
_types.add_type("application/yaml", ".yaml")
_types.add_type("text/markdown", ".md")


def data_id(path: str) -> str:
    """Give the id of a file of the crate."""
    return quote(clean(path))


def atom_id(atom: AtomRecord) -> str:
    """Give the id of the file or folder that an atom is."""
    return data_id(atom_path(atom)) + ("/" if atom.filename is None else "")


def moment(seconds: float) -> str:
    """Give a Unix time as the profile wants times."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def add_atom(graph: Graph, atom: AtomRecord) -> Reference:
    """Add a file or a folder that was taken or made."""
    folder = atom.filename is None
    return graph.add(
        atom_id(atom),
        "Dataset" if folder else "File",
        name=atom.id if folder else atom.filename,
        description=f"{atom.type} {atom.id}",
        identifier=[atom.id, atom.digest] if folder else atom.id,
        additionalType=atom.type,
        contentSize=str(atom.size),
        sha256=None if folder else atom.digest,
        encodingFormat=None if folder else _media_type(atom_path(atom)),
        dateCreated=moment(atom.created_at),
        creator=add_person(graph, atom.user),
        keywords=list(atom.tags),
        additionalProperty=[
            _value(graph, identifier("atom", atom.id, "metadata", name), name, value)
            for name, value in sorted(atom.metadata.items())
        ],
        exampleOfWork=[],
    )


def add_text(
    graph: Graph, path: str, digest: str | None = None, size: int | None = None
) -> Reference:
    """Add a file that was made for the crate, unless more is said of it already."""
    return graph.add(
        data_id(path),
        ["File", "SoftwareSourceCode"] if path.endswith(".py") else "File",
        name=path,
        encodingFormat=_media_type(path),
        contentSize=None if size is None else str(size),
        sha256=digest,
    )


def _media_type(path: str) -> str:
    named = _types.guess_type(path)[0]
    return named or ("application/octet-stream" if "/" in path else "text/plain")


def add_person(graph: Graph, name: str) -> Reference:
    return graph.add(identifier("user", name), "Person", name=name)


def add_host(graph: Graph, name: str) -> Reference:
    return graph.add(identifier("host", name), "Place", name=name)


def add_software(
    graph: Graph, name: str, version: str, url: str | None = None
) -> Reference:
    return graph.add(
        identifier("software", name, version),
        "SoftwareApplication",
        name=name,
        softwareVersion=version,
        url=url,
    )


def add_tool(graph: Graph, step: Step, source: Reference | None) -> Reference:
    """Add what a step ran, with what that needs."""
    seen = step.run.provenance
    packages = sorted(
        (name.removeprefix(PACKAGE), part.digest)
        for name, part in step.code.items()
        if name.startswith(PACKAGE)
    )
    return graph.add(
        identifier("tool", step.name),
        "SoftwareApplication",
        name=step.name,
        description=step.run.command,
        softwareVersion=revision(seen),
        softwareRequirements=[
            add_software(graph, "Python", seen.python, "https://www.python.org/"),
            *(add_software(graph, name, version) for name, version in packages),
        ],
        hasPart=source and [source],
        input=[],
        output=[],
    )


def revision(seen: Provenance) -> str:
    """Give the state of the user's code that something was run from."""
    if seen.git_commit is None:
        return "not under version control"
    return seen.git_commit + (" with local changes" if seen.git_dirty else "")


def add_parameter(
    graph: Graph, owner: tuple[str, ...], role: str, name: str, *, folder: bool
) -> Reference:
    """Add what an owner takes or makes under a name, its role being which of these."""
    return graph.add(
        identifier(*owner, role, name),
        "FormalParameter",
        name=name,
        additionalType="Dataset" if folder else "File",
        workExample=[],
    )


def add_setting(
    graph: Graph, step: Step, name: str, value: Json
) -> tuple[Reference, Reference]:
    """Add a parameter of a step, and give it and what it was set to."""
    parameter = graph.add(
        identifier("tool", step.name, "parameter", name),
        "FormalParameter",
        name=name,
        additionalType=_data_type(value),
        workExample=[],
    )
    setting = _value(
        graph, identifier("run", step.run.id, "parameter", name), name, value
    )
    bind(graph, parameter, setting)
    return parameter, setting


def bind(graph: Graph, parameter: Reference, example: Reference) -> None:
    """Say that a file, folder or value stood for a parameter."""
    graph.link(parameter, "workExample", example)
    graph.link(example, "exampleOfWork", parameter)


def add_usage(graph: Graph, step: Step) -> list[Reference]:
    """Add what a run took of the machine."""
    run = step.run
    used = [
        ("cpu-seconds", run.cpu_seconds, "SEC"),
        ("max-rss", run.max_rss, "BYTE"),
    ]
    return [
        graph.add(
            identifier("run", run.id, "usage", name),
            "PropertyValue",
            name=name,
            propertyID=name,
            value=str(value),
            unitCode=f"https://qudt.org/vocab/unit/{unit}",
        )
        for name, value, unit in used
        if value is not None
    ]


def _value(graph: Graph, id_: str, name: str, value: Json) -> Reference:
    text = value if isinstance(value, str) else canonical_json(value)
    return graph.add(id_, "PropertyValue", name=name, value=text, exampleOfWork=[])


def _data_type(value: Json) -> str:
    match value:
        case bool():
            return "Boolean"
        case int():
            return "Integer"
        case float():
            return "Float"
        case _:
            return "Text"
