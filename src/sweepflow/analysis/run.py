"""A run: its configuration, its files, and what its user makes of them."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, cast, overload

from sweepflow.analysis.artifacts import Artifacts
from sweepflow.analysis.columns import Columns
from sweepflow.analysis.errors import AnalysisError, MissingKeyError
from sweepflow.analysis.run_info import RunInfo
from sweepflow.analysis.settings import MISSING, Settings, Value, plain
from sweepflow.analysis.settings import flatten as flat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Self, TypeAlias

    import polars as pl
    from typing_extensions import TypeVar

    from sweepflow.analysis.columns import Key
    from sweepflow.analysis.run_collection import RunCollection

    C = TypeVar("C", default=Any)
    M = TypeVar("M", default=Any)
    Maker: TypeAlias = Callable[[Path], M] | Callable[[Path, C], M]
else:
    from typing import TypeVar

    C, M = TypeVar("C"), TypeVar("M")

_PARTS = ("cfg", "impl", "info", "run")


class Run(Artifacts, Columns, Generic[C, M]):
    """A run that left a folder of MLflow's, with Hydra's configuration in it.

    `Run[Config, Impl]` tells a type checker what `cfg` and `impl` are.

    Args:
        run_dir: The folder, which holds `artifacts/.hydra/config.yaml`. It is read when
            it is first needed.
        impl_factory: Makes what `impl` is, from the folder of the artifacts and, if it
            takes a second argument, the configuration.
    """

    def __init__(
        self, run_dir: str | Path, impl_factory: Maker[C, M] | None = None
    ) -> None:
        self.info = RunInfo(Path(run_dir))
        self._impl_factory = impl_factory
        self._impl: Value = MISSING
        self._loaded: Settings | None = None

    if not TYPE_CHECKING:

        def __class_getitem__(cls, types: object) -> object:
            both = types if isinstance(types, tuple) else (types, Any)
            return super().__class_getitem__(both)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.info.run_id!r})"

    @overload
    @classmethod
    def load(
        cls,
        run_dir: str | Path,
        impl_factory: Maker[C, M] | None = None,
        *,
        n_jobs: int | None = None,
    ) -> Self: ...

    @overload
    @classmethod
    def load(
        cls,
        run_dir: Iterable[str | Path],
        impl_factory: Maker[C, M] | None = None,
        *,
        n_jobs: int | None = None,
    ) -> RunCollection[Self]: ...

    @classmethod
    def load(
        cls,
        run_dir: str | Path | Iterable[str | Path],
        impl_factory: Maker[C, M] | None = None,
        *,
        n_jobs: int | None = None,
    ) -> Self | RunCollection[Self]:
        """Load a run from its folder, or a collection of runs from several.

        A folder that cannot be read is left out of a collection, with a
        `DamagedRunWarning` that says why.

        Args:
            run_dir: The folder of a run, or folders.
            impl_factory: See `Run`.
            n_jobs: How many files to read at a time; -1 for as many as there are cores.
                It pays where files are far away.

        Raises:
            DamagedRunError: The folder of a single run cannot be read.
        """
        from sweepflow.analysis.load import read_config, read_configs
        from sweepflow.analysis.run_collection import RunCollection

        if isinstance(run_dir, (str, Path)):
            run = cls(run_dir, impl_factory)
            return run.with_settings(read_config(run.info.run_dir))
        dirs = [Path(each) for each in run_dir]
        found = zip(dirs, read_configs(dirs, n_jobs), strict=True)
        return RunCollection(
            cls(each, impl_factory).with_settings(settings)
            for each, settings in found
            if settings is not None
        )

    def with_settings(self, settings: Settings) -> Self:
        """Let this be the configuration, instead of what is in the run's folder."""
        self._loaded = settings
        return self

    @property
    def _settings(self) -> Settings:
        if self._loaded is None:
            from sweepflow.analysis.load import read_config

            self._loaded = read_config(self.info.run_dir)
        return self._loaded

    @property
    def cfg(self) -> C:
        """The configuration, an OmegaConf object.

        Raises:
            DamagedRunError: It cannot be read.
        """
        return cast("C", self._settings.cfg)

    @property
    def impl(self) -> M:
        """What `impl_factory` makes, or None; it is called once."""
        if self._impl is MISSING:
            self._impl = self._made()
        return self._impl

    def _made(self) -> Value:
        factory = cast("Callable[..., Any] | None", self._impl_factory)
        if factory is None:
            return None
        both = _positional(factory) > 1
        return factory(self.path(), self.cfg) if both else factory(self.path())

    def get(
        self, key: str, default: Value | Callable[[Self], Value] = MISSING
    ) -> Value:
        """Give the value of a key: of `cfg`, else an attribute of `impl` or `info`.

        Args:
            key: It may be dotted, and `__` stands for a dot. `cfg`, `impl`, `info` and
                `run` are those objects, where the configuration has no such key.
            default: For a run without that key. It is called with the run if it can be.

        Raises:
            MissingKeyError: There is no such key, and no default.
            AnalysisError: An interpolation in the value leads nowhere.
        """
        return self._found(key, default, self._settings.get)

    def plain(
        self, key: str, default: Value | Callable[[Self], Value] = MISSING
    ) -> Value:
        """Give the same, with lists and dicts instead of OmegaConf's objects.

        Raises:
            MissingKeyError: See `get`.
            AnalysisError: Likewise.
        """
        return plain(self._found(key, default, self._settings.plain))

    def __getitem__(self, key: str) -> Value:
        return self.get(key)

    def _found(self, key: str, default: Value, look: Callable[[str], Any]) -> Value:
        key = key.replace("__", ".")
        value = look(key)
        if value is not MISSING:
            return value
        value = self._other(key)
        if value is not MISSING:
            return value
        if default is MISSING:
            raise MissingKeyError(key, self)
        return default(self) if callable(default) else default

    def _other(self, key: str) -> Value:
        """Give what is known of the run beside its configuration, or MISSING."""
        if key in _PARTS:
            return self if key == "run" else getattr(self, key)
        for part in (self.impl, self.info):
            value = getattr(part, key, MISSING) if not key.startswith("_") else MISSING
            if value is not MISSING and not callable(value):
                return value
        return MISSING

    def update(
        self,
        key: str | tuple[str, ...],
        value: Value | Callable[[Self], Value],
        *,
        force: bool = False,
    ) -> None:
        """Set a value in the configuration as it is in memory, if there is none.

        Args:
            key: A key, or several; `__` stands for a dot.
            value: The value, or one for each key. It is called with the run if it can
                be, and only if it is needed.
            force: Whether to replace a value that is there.

        Raises:
            AnalysisError: There are not as many values as keys, or the configuration
                cannot hold one.
        """
        keys = [key] if isinstance(key, str) else list(key)
        keys = [each.replace("__", ".") for each in keys]
        if not force and all(self._settings.get(k) is not MISSING for k in keys):
            return
        value = value(self) if callable(value) else value
        for each, one in zip(keys, _as_many(keys, key, value), strict=True):
            self._settings.set(each, one, force=force)

    def to_frame_impl(
        self, function: Callable[[M], pl.DataFrame], *keys: Key
    ) -> pl.DataFrame:
        """Give the same of a function that takes `impl`.

        Raises:
            MissingKeyError: See `get`.
        """
        return function(self.impl).with_columns(self.columns(keys))

    def to_dict(self, *, flatten: bool = True) -> dict[str, Any]:
        """Give the configuration as it is written, interpolations unresolved.

        Args:
            flatten: Whether nested keys become dotted ones.

        Raises:
            DamagedRunError: It cannot be read.
        """
        nested = self._settings.nested()
        return dict(flat(nested)) if flatten else nested

    def row(self) -> Mapping[str, Any]:
        """Give all that is known of the run, by the columns of a whole frame.

        Raises:
            DamagedRunError: Its configuration cannot be read.
        """
        row = self._settings.flat()
        info = self.info
        known = {
            "run_id": info.run_id,
            "run_dir": str(info.run_dir),
            "job_name": info.job_name,
        }
        return known | row


def _positional(function: Callable[..., Any]) -> int:
    """Give how many positional arguments a function takes."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    return sum(each.kind in kinds for each in parameters)


def _as_many(keys: list[str], key: object, value: Value) -> list[Any]:
    if isinstance(key, str):
        return [value]
    values = None if isinstance(value, str) else _listed(value)
    if values is None or len(values) != len(keys):
        raise AnalysisError(f"{value!r} is not a value for each of {', '.join(keys)}")
    return values


def _listed(value: Value) -> list[Any] | None:
    try:
        return list(value)
    except TypeError:
        return None
