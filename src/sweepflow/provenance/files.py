"""The files of a crate that are made for it, beside the atoms."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.provenance.graph import file_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sweepflow.provenance.history import History, Step
    from sweepflow.store.records import AtomRecord, Json

WORKFLOW = "workflow.json"


@dataclass(frozen=True, slots=True)
class Files:
    """Texts, and where they are in the crate.

    Args:
        texts: The texts by their paths.
        code: The path of a step's source, by the id of its run, where it is known.
        installed: The path of what was installed for a step, likewise.
    """

    texts: Mapping[str, str]
    code: Mapping[str, str]
    installed: Mapping[str, str]


def make_files(history: History, text: Callable[[str], str | None]) -> Files:
    """Make the texts for a history.

    Args:
        history: What they are about.
        text: Gives a recorded text by its digest.
    """
    texts = {WORKFLOW: json.dumps(_plan(history), indent=2) + "\n"}
    code: dict[str, str] = {}
    installed: dict[str, str] = {}
    for number, step in enumerate(history.steps, 1):
        if source := _source(step, text):
            path = f"code/{number:04}-{file_name(step.name)[:60]}.py"
            texts[path], code[step.run.id] = source, path
        if step.installed is not None:
            path = f"packages/{step.run.provenance.packages}.txt"
            texts[path], installed[step.run.id] = step.installed, path
    return Files(texts, code, installed)


def atom_path(atom: AtomRecord) -> str:
    """Give the path within the crate of the file or folder that an atom is."""
    folder = f"atoms/{file_name(atom.id)}"
    return folder if atom.filename is None else f"{folder}/{file_name(atom.filename)}"


def _plan(history: History) -> Json:
    """Say in JSON what ran, from what, making what: the workflow as it was."""
    names = {step.run.id: step.name for step in history.steps}
    return {
        "name": history.last.run.name,
        "steps": [_planned(step, names) for step in history.steps],
    }


def _planned(step: Step, names: Mapping[str, str]) -> Json:
    inputs: dict[str, Json] = {}
    for name, atom in step.inputs.items():
        source = step.sources.get(name)
        inputs[name] = {"atom": atom.id} | (
            {"step": names[source[0]], "output": source[1]} if source else {}
        )
    return {
        "name": step.name,
        "command": step.run.command,
        "params": dict(step.run.params),
        "inputs": inputs,
        "outputs": {name: {"atom": atom.id} for name, atom in step.outputs.items()},
        "fingerprint": step.run.fingerprint,
    }


def _source(step: Step, text: Callable[[str], str | None]) -> str:
    """Give the source of a step's code, each part under its name."""
    parts = ((name, text(part.text)) for name, part in sorted(step.code.items()))
    told = (f"# {name}\n{source.rstrip()}\n" for name, source in parts if source)
    return "\n\n".join(told)
