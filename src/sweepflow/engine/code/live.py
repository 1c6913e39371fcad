"""From a callable that is there to the code that it is made of.

What has a source file in the project is handed to the graph by name. What has none, as
in a notebook, is read from what it was typed in, and its names are followed through the
values that they have now.
"""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import sys
import textwrap
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sweepflow.engine.code.bytecode import bytecode, holds_code, names_in
from sweepflow.engine.code.canonical import canonical, digest
from sweepflow.engine.code.graph import Graph, Node
from sweepflow.engine.code.scopes import Ref
from sweepflow.engine.code.uses import uses
from sweepflow.engine.code.values import value_text

if TYPE_CHECKING:
    from sweepflow.engine.code.module import Module


class Typed(NamedTuple):
    """A part of a step that stands in no statement of a module of its own.

    Args:
        text: What its digest is taken of.
        source: What a person reads.
    """

    name: str
    text: str
    source: str

    @property
    def digest(self) -> str:
        """The digest of the text."""
        return digest(self.text)


class Finder:
    """Finds the code of callables.

    Args:
        graph: Where names of the project are looked up.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._seen: dict[
            int, object
        ] = {}  # keeps them alive: an id is unique only then
        self.nodes: set[Node] = set()
        self.typed: dict[str, Typed] = {}

    def add(self, thing: object) -> None:
        """Take in a callable, and what it holds."""
        if id(thing) in self._seen:
            return
        self._seen[id(thing)] = thing
        match thing:
            case functools.partial():
                self._partial(cast("functools.partial[object]", thing))
            case MethodType():
                self.add(thing.__func__)
                self._holds(f"bound:{_label(thing.__func__)}", thing.__self__)
            case FunctionType():
                self._function(thing)
            case type():
                self._class(cast("type[object]", thing))
            case ModuleType():
                self.nodes |= self._graph.resolve(Ref(thing.__name__), "")
            case _ if inspect.isbuiltin(thing) or inspect.ismethoddescriptor(thing):
                if wrapped := getattr(thing, "__wrapped__", None):  # `functools.cache`
                    self.add(wrapped)
                else:
                    self._foreign(getattr(thing, "__module__", None))
            case _:
                self._holds(f"instance:{_label(type(thing))}", thing)

    def _partial(self, partial: functools.partial[object]) -> None:
        self.add(partial.func)
        label = _label(partial.func)
        for number, value in enumerate(partial.args):
            self._holds(f"argument:{label}:{number}", value)
        for name, value in partial.keywords.items():
            self._holds(f"argument:{label}:{name}", value)

    def _function(self, function: FunctionType) -> None:
        if wrapped := getattr(function, "__wrapped__", None):
            self.add(wrapped)
        code, module = function.__code__, function.__globals__.get("__name__")
        named = (function.__module__, function.__qualname__)
        written = (cast("str | None", module), code.co_qualname)
        is_typed = not Path(code.co_filename).exists()  # whatever file its module has
        for owner, qualname in dict.fromkeys((named, written)):
            if is_typed and owner == module:
                self._typed_function(function)
            elif not self._static(owner, qualname, code if owner == module else None):
                if is_typed or owner is None:
                    self._typed_function(function)
                else:
                    self._foreign(owner)
        if "<" in function.__qualname__ and function.__closure__:
            label = _label(function)
            for name, cell in zip(code.co_freevars, function.__closure__, strict=True):
                try:
                    self._holds(f"closure:{label}:{name}", cell.cell_contents)
                except ValueError:  # not filled yet
                    continue

    def _static(
        self, owner: str | None, qualname: str, code: CodeType | None = None
    ) -> bool:
        """Find a name in a source file of the project; say whether it was there."""
        module = self._module(owner, code)
        if module is None:
            return False
        top = qualname.partition(".")[0]
        if top == "<lambda>" and code is not None:
            self._lambda(module, code)
        elif module.binds(top):
            self.nodes |= self._graph.resolve(Ref(module.name, (top,)), module.name)
        else:
            self.nodes.add(Node("module", module.name))
        return True

    def _module(self, owner: str | None, code: CodeType | None) -> Module | None:
        places = self._graph.places
        if owner is None:
            return None
        path = getattr(sys.modules.get(owner), "__file__", None)
        if path is None and code is not None:
            path = code.co_filename
        if path is None or not path.endswith(".py") or not places.owns(path):
            return None
        name = _name_of_main(path) if owner == "__main__" else owner
        if places.note(name, str(Path(path).resolve())):
            self._graph.forget()
        return places.module(name)

    def _lambda(self, module: Module, code: CodeType) -> None:
        """Find a lambda by where its code says that it stands."""
        found = [
            node
            for node in ast.walk(ast.parse(module.source))
            if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno
        ]
        if len(found) > 1:
            found = [node for node in found if holds_code(node, code)] or found
        label = f"function:{module.name}:<lambda>"
        text = "".join(canonical(node) for node in found)
        source = "\n".join(ast.unparse(node) for node in found)
        self._add_typed(Typed(label, text, source))
        for node in found:
            for ref in uses(node, module.package).total.names:
                self.nodes |= self._graph.resolve(ref, module.name)

    def _class(self, kind: type[object]) -> None:
        owner = getattr(kind, "__module__", None)
        if self._static(owner, kind.__qualname__):
            return
        module = sys.modules.get(owner or "")
        path = getattr(module, "__file__", None)
        is_typed = path is None or not hasattr(module, kind.__qualname__.split(".")[0])
        if owner != "__main__" or not is_typed:
            self._foreign(owner)
            return
        held: dict[str, Any] = {
            name: value
            for name, value in vars(kind).items()
            if name not in {"__doc__", "__dict__", "__weakref__", "__module__"}
            and not name.startswith(("__static", "__firstlineno"))
        }
        text = value_text(held, self._see)
        self._add_typed(Typed(f"class:__main__:{kind.__qualname__}", text, text))
        for base in kind.__bases__:
            self.add(base)

    def _foreign(self, owner: str | None) -> None:
        if owner is not None:
            found = self._graph.resolve(Ref(owner.partition(".")[0]), "")
            self.nodes |= {node for node in found if node.kind == "package"}

    def _typed_function(self, function: FunctionType) -> None:
        label = f"function:{_label(function)}"
        try:
            # `inspect` would give the lines of the module's file instead
            if not linecache.getlines(function.__code__.co_filename):
                raise OSError  # noqa: TRY301 - as where there is no file either
            source = textwrap.dedent(inspect.getsource(function))
            tree = ast.parse(source)
        except (OSError, TypeError, SyntaxError):
            names = {Ref("", (name,)) for name in names_in(function.__code__)}
            self._add_typed(Typed(label, bytecode(function.__code__), ""))
        else:
            names = {
                ref
                for statement in tree.body
                for ref in uses(statement, "").total.names
            }
            self._add_typed(Typed(label, canonical(*tree.body), source))
        for ref in sorted(names):
            self._follow(ref, function.__globals__)
        for value in function.__defaults__ or ():
            value_text(value, self._see)

    def _follow(self, ref: Ref, names: dict[str, Any]) -> None:
        """Follow a name of typed code through the value that it has."""
        if ref.module:
            self.nodes |= self._graph.resolve(ref, "")
            return
        if ref.names[0] not in names:
            return
        value = names[ref.names[0]]
        if isinstance(value, ModuleType):
            longer = Ref(value.__name__, ref.names[1:])
            self.nodes |= self._graph.resolve(longer, "")
        else:
            self._holds(f"constant:{names.get('__name__')}:{ref.names[0]}", value)

    def _holds(self, name: str, value: object) -> None:
        """Take in what is held: code as code, all else as a part by its text."""
        if isinstance(value, FunctionType | MethodType | type | ModuleType):
            self.add(value)
            return
        text = value_text(value, self._see)
        self._add_typed(Typed(name, text, text))

    def _see(self, value: object) -> tuple[str, bool]:
        match value:
            case FunctionType() | MethodType() | type() | functools.partial():
                thing = cast("object", value)
                self.add(thing)
                return _label(thing), False
            case staticmethod() | classmethod():
                inner = cast("staticmethod[..., object]", value).__func__
                self.add(inner)
                return _label(inner), False
            case property():
                for part in (value.fget, value.fset, value.fdel):
                    if part is not None:
                        self.add(part)
                return "property", False
            case ModuleType():
                self.add(value)
                return value.__name__, False
            case _:
                kind = type(value)
                self.add(kind)
                path = getattr(sys.modules.get(kind.__module__), "__file__", None)
                return _label(kind), path is None or self._graph.places.owns(path)

    def _add_typed(self, typed: Typed) -> None:
        """Keep a part; two of one name, as lambdas have, are kept as one."""
        known = self.typed.get(typed.name)
        if known is not None and known.text != typed.text:
            typed = Typed(
                typed.name,
                f"{known.text}\n{typed.text}",
                f"{known.source}\n{typed.source}",
            )
        self.typed[typed.name] = typed


def _label(thing: object) -> str:
    if isinstance(thing, functools.partial):
        return _label(cast("functools.partial[object]", thing).func)
    module = getattr(thing, "__module__", None) or "builtins"
    return f"{module}:{getattr(thing, '__qualname__', type(thing).__qualname__)}"


def _name_of_main(path: str) -> str:
    """Give the name that a script would be imported by."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return spec.name if spec is not None else Path(path).stem
