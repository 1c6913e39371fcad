"""The flags of an operation: what its file says, with what its script says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.errors import SweepflowError
from sweepflow.operations.flags.assignments import split_words
from sweepflow.operations.flags.destinations import Destination
from sweepflow.operations.flags.imports import import_flags, script_destination, select

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sweepflow.operations.flags.imports import ImportedFlag
    from sweepflow.project.operations.flags import Flag
    from sweepflow.project.operations.models import Operation


@dataclass(frozen=True)
class OperationFlags:
    """The flags of an operation, ready to be given values.

    Args:
        destination: Where their values go.
        flags: Those of the file in its order, then those of the script.
        notes: What could not be found out, and may be meant otherwise.
    """

    destination: Destination
    flags: tuple[Flag, ...]
    notes: tuple[str, ...] = ()


def flags_of(operation: Operation, folders: Sequence[Path]) -> OperationFlags:
    """Give the flags of an operation. Its file wins over its script.

    Args:
        operation: As its file describes it.
        folders: Where its script may be; the first one is the project's.

    Raises:
        SweepflowError: The script of a `main` is not there, or flags that the file
            imports cannot be found.
    """
    defined = operation.flags
    said = Destination.parse(operation.flags_dest) if operation.flags_dest else None
    if not operation.main or (operation.flags_import == () and said is None):
        return _flags(operation, said or Destination("args"), [])
    main = split_words(operation.main)
    wanted = operation.flags_import
    if not (wanted if wanted != "auto" else defined):
        return _flags(operation, said or script_destination(main[0], folders), [])
    try:
        imported = import_flags(main, said, folders)
    except SweepflowError as error:
        if wanted != "auto":
            raise
        destination = said or script_destination(main[0], folders)
        return _flags(operation, destination, [], error.message)
    flags = select(imported.flags, wanted, defined, operation.flags_import_skip)
    return _flags(operation, imported.destination, flags)


def _flags(
    operation: Operation,
    destination: Destination,
    imported: Sequence[ImportedFlag],
    *notes: str,
) -> OperationFlags:
    from sweepflow.project.operations.flags import Choice, Flag

    merged = dict(operation.flags)
    for flag in imported:
        said = flag.said
        if flag.choices:
            said["choices"] = tuple(Choice(value=value) for value in flag.choices)
        defined = merged.get(flag.name)
        if defined is None:
            merged[flag.name] = Flag(**said)
        else:
            known = defined.model_fields_set
            missing = {k: v for k, v in said.items() if k not in known}
            merged[flag.name] = defined.model_copy(update=missing)
    if operation.default_flag_arg_skip:
        for name, flag in merged.items():
            if flag.arg_skip is None:
                merged[name] = flag.model_copy(update={"arg_skip": True})
    return OperationFlags(destination, tuple(merged.values()), notes)
