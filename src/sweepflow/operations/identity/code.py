"""The code of an operation: the program that it starts, and all that this names.

A name leads to a file, and the file to more names: to modules, and to the files of the
source that stand as texts in the code, in the command or in a shell script.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sweepflow.engine.code import Part, ProjectCode
from sweepflow.engine.code.packages import MISSING
from sweepflow.operations.flags.assignments import split_words
from sweepflow.operations.identity.names import Names, words_in
from sweepflow.operations.source.content import content_of
from sweepflow.project.find import NAMES as PROJECT_FILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sweepflow.engine.code import Program
    from sweepflow.operations.running import RunConfig
    from sweepflow.operations.source import Source
    from sweepflow.project.operations.models import Operation

_SHELL: Final = (".sh", ".bash", ".zsh", ".ksh")


def parts_of(
    operation: Operation, file: Path, source: Source, config: RunConfig
) -> Mapping[str, Part]:
    """Give the parts of the code of an operation, by their names, as files say now.

    Args:
        operation: What is run.
        file: The project file, which is no code.
        source: The files of the operation.
        config: What the process of the run is told.
    """
    if not operation.sourcecode.digest:
        return {}
    code = _Code(operation, file, source)
    code.add_chosen()
    argv = config.argv
    if operation.main:
        main = split_words(operation.main)[0]
        code.add_main(main)
        at = argv.index(main) if main in argv else len(argv)
        argv = (*argv[:at], *argv[at + 1 :])
    code.add_command(argv, modules=bool(operation.exec))
    told = (*config.environment.values(), *config.files.values())
    code.add_command(told, modules=False)
    return dict(sorted(code.parts.items()))


class _Code:
    def __init__(self, operation: Operation, file: Path, source: Source) -> None:
        self.parts: dict[str, Part] = {}
        self._project = file.parent.resolve()
        self._source = source
        self._root = source.root.resolve()
        said = operation.sourcecode
        above = [str(source.root), str(self._root), said.dest]
        self._names = Names(source.paths, above)
        own = self._project if said.off else self._root
        self._folders = [own, *(self._project / p for p in operation.python_path)]
        self._left_out = {file, *(file.parent / name for name in PROJECT_FILES)}
        self._taken: set[Path] = set()
        self._code: dict[Path | None, ProjectCode] = {}

    def add_chosen(self) -> None:
        """Add the files that the project itself says are the source."""
        for path in self._source.chosen:
            if not path.endswith(".py"):
                self._take(path)
            elif self._source.root / path not in self._left_out:
                name = f"file:{self._shown(self._root / path)}"
                part = self._project_code().file(self._root / path, name)
                self.parts[name] = part

    def add_main(self, target: str) -> None:
        """Add the module or the script that is started."""
        if not target.endswith(".py") and "/" not in target:
            self._add(self._project_code().module(target))
            return
        script = target if target.endswith(".py") else f"{target}.py"
        paths = (folder / script for folder in self._folders)
        self._script(next(filter(Path.is_file, paths), self._folders[0] / script))

    def add_command(self, argv: Sequence[str], *, modules: bool) -> None:
        """Add what the words of a command name.

        Args:
            argv: The words, of which some may be commands themselves.
            modules: Whether what stands behind `-m` is a module that it starts.
        """
        inside = [one for word in argv for one in words_in(word, str(self._project))]
        for words in (argv, inside):
            for before, name in pairwise(["", *words]):
                if before != "-m":
                    self._take_all(self._names.files(name))
                    self._take_all(self._names.below(name))
                elif modules and words is inside:
                    self._add(self._project_code().module(name))

    def _add(self, program: Program) -> None:
        self.parts.update(program.parts)
        for text in program.literals:
            self._take_all(self._names.files(text))
            below = self._names.below(text)
            self._take_all(path for path in below if not path.endswith(".py"))

    def _take_all(self, paths: Iterable[str]) -> None:
        for path in paths:
            self._take(path)

    def _take(self, path: str) -> None:
        """Add a file of the source."""
        full = self._root / path
        if full in self._taken or self._source.root / path in self._left_out:
            return
        if path.endswith(".py"):
            self._script(full)
            return
        self._taken.add(full)
        content = content_of(str(full))
        if content is None:
            return
        name = f"file:{self._shown(full)}"
        self.parts[name] = Part(name, content.digest, content.text)
        if path.endswith(_SHELL) or content.text.startswith("#!"):
            self.add_command(content.text.splitlines(), modules=True)

    def _script(self, path: Path) -> None:
        if path in self._taken:
            return
        self._taken.add(path)
        name = f"script:{self._shown(path)}"
        try:
            self._add(self._project_code(path.parent).script(path, name))
        except LookupError:
            self.parts[name] = Part(name, MISSING)

    def _shown(self, path: Path) -> Path:
        inside = path.is_relative_to(self._project)
        return path.relative_to(self._project) if inside else path

    def _project_code(self, first: Path | None = None) -> ProjectCode:
        """Give the code as a program sees it whose own folder is `first`."""
        if first not in self._code:
            own = [first, *self._folders] if first else self._folders
            path = dict.fromkeys((*map(str, own), *filter(None, sys.path)))
            self._code[first] = ProjectCode([self._project, *self._folders], path)
        return self._code[first]
