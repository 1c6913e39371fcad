"""Operations as a file has them, and how they are found by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sweepflow.errors import Place, ProjectError

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping

    from sweepflow.project.document import Step
    from sweepflow.project.operations.models import Operation
    from sweepflow.project.operations.report import Notice, Path
    from sweepflow.project.operations.tree import Tree


@dataclass(frozen=True)
class OperationModel:
    """A model: operations under one name, which is empty where none is given."""

    name: str
    operations: Mapping[str, Operation]
    description: str = ""
    default: bool = False


@dataclass(frozen=True)
class Operations:
    """The operations of a file, and its models, in its order.

    Args:
        file: Where it is.
        root: The folder from which its paths are taken: that of the file.
        models: Its models by name.
        warnings: What is written there but has no effect.
    """

    file: pathlib.Path
    root: pathlib.Path
    models: Mapping[str, OperationModel]
    warnings: tuple[Notice, ...] = ()
    _where: Mapping[str, tuple[Tree, Path]] = field(
        default_factory=dict[str, "tuple[Tree, Path]"], repr=False, compare=False
    )

    @property
    def all(self) -> dict[str, Operation]:
        """All operations by their full names, `OP` or `MODEL:OP`."""
        return {
            one.full_name: one
            for model in self.models.values()
            for one in model.operations.values()
        }

    @property
    def default_model(self) -> OperationModel | None:
        """The only model, or the one that says so, or the one without a name."""
        models = list(self.models.values())
        if len(models) == 1:
            return models[0]
        marked = next((model for model in models if model.default), None)
        return marked or self.models.get("")

    @property
    def default_operation(self) -> Operation | None:
        """The one that runs where no name is given, if there is one."""
        model = self.default_model
        if model is None:
            return None
        every = model.operations.values()
        if marked := next((one for one in every if one.default), None):
            return marked
        public = [one for one in every if not one.name.startswith("_")]
        return public[0] if len(public) == 1 else None

    def place(self, operation: Operation, *path: Step) -> Place:
        """Where an operation stands, or something in it.

        `place(train, "steps", 0, "run")` is where that text is written, whichever file
        that is. What is not written stands where what would hold it does.
        """
        if operation.full_name not in self._where:
            return Place(self.file)
        tree, above = self._where[operation.full_name]
        return tree.place(*above, *path)

    def folders(self, operation: Operation) -> list[pathlib.Path]:
        """Where an operation's script and modules may be, the file's folder first."""
        more = (operation.sourcecode.root, *operation.python_path)
        return list(dict.fromkeys([self.root, *(self.root / one for one in more)]))

    def find(
        self, name: str, *, model: str | None = None, place: Place | None = None
    ) -> Operation | None:
        """The operation of a name, `OP` or `MODEL:OP`, if there is one.

        A bare name is looked for in the given model, then in the default one, then in
        all of them.

        Args:
            name: The name.
            model: The name of the model whose operation asks, as for a step.
            place: Where the name is written.

        Raises:
            ProjectError: Several models have an operation of that name.
        """
        model_name, colon, bare = name.rpartition(":")
        if colon:
            owner = self.models.get(model_name)
            return owner.operations.get(bare) if owner else None
        near = (
            self.models.get(model) if model is not None else None,
            self.default_model,
        )
        for owner in near:
            if owner and bare in owner.operations:
                return owner.operations[bare]
        found = [one for one in self.all.values() if one.name == bare]
        if len(found) > 1:
            names = " or ".join(one.full_name for one in found)
            raise ProjectError(
                f"several models have an operation {bare!r}",
                place=place,
                hint=f"write {names}",
            )
        return found[0] if found else None

    def operation(
        self, name: str, *, model: str | None = None, place: Place | None = None
    ) -> Operation:
        """The operation of a name, which must be there; see `find`.

        Raises:
            ProjectError: There is none, or more than one.
        """
        found = self.find(name, model=model, place=place)
        if found is not None:
            return found
        raise ProjectError(
            f"no operation is called {name!r}", place=place, hint=self._hint(name)
        )

    def _hint(self, name: str) -> str:
        from sweepflow.project.operations.report import nearest

        every = list(self.all.values())
        by_name = {one.full_name: one.full_name for one in every}
        for one in every:
            by_name.setdefault(one.name, one.full_name)
        near = nearest(name, by_name) or nearest(name.rpartition(":")[2], by_name)
        names = ", ".join(one.full_name for one in every if one.name[:1] != "_")
        if near:
            return f"did you mean {by_name[near]!r}? There are: {names}"
        if not every:
            return f"{self.file} has no operations"
        return f"there are: {names}"
