"""Atoms: immutable artifacts with a type, a digest, metadata and lineage."""

from sweepflow.atom.atom import Atom
from sweepflow.atom.dataset import DatasetAtom
from sweepflow.atom.errors import AtomError
from sweepflow.atom.lineage import Lineage
from sweepflow.atom.loaders import register_loader
from sweepflow.atom.typed import EvalAtom, ModelAtom, TaskAtom, TrainingJobAtom

__all__ = [
    "Atom",
    "AtomError",
    "DatasetAtom",
    "EvalAtom",
    "Lineage",
    "ModelAtom",
    "TaskAtom",
    "TrainingJobAtom",
    "register_loader",
]
