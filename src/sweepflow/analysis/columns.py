"""The values of a run as columns of a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sweepflow.analysis.settings import MISSING, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Self, TypeAlias

    import polars as pl

    Key: TypeAlias = str | tuple[str, Any]


class Columns:
    """What has values by their keys."""

    def plain(
        self, key: str, default: Value | Callable[[Self], Value] = MISSING
    ) -> Value:
        """Give the value of a key, in Python's own types; see `Run`."""
        raise NotImplementedError

    def lit(
        self,
        key: str,
        default: Value | Callable[[Self], Value] = MISSING,
        *,
        dtype: pl.DataType | type[pl.DataType] | None = None,
    ) -> pl.Expr:
        """Give the value of a key as a literal of polars, named as the key is.

        Raises:
            MissingKeyError: See `get`.
        """
        import polars as pl

        value = self.plain(key, default)
        if dtype is None and isinstance(value, (list, dict)):
            return pl.lit(pl.Series([value])).first().alias(key)
        return pl.lit(value, dtype).alias(key)

    def to_frame(
        self, function: Callable[[Self], pl.DataFrame], *keys: Key
    ) -> pl.DataFrame:
        """Give what a function makes of the run, with a column for each of the keys.

        Args:
            function: Makes a frame.
            *keys: Keys as for `get`, or pairs of a key and a default.

        Raises:
            MissingKeyError: See `get`.
        """
        return function(self).with_columns(self.columns(keys))

    def columns(self, keys: Iterable[Key]) -> list[pl.Expr]:
        pairs = [(key,) if isinstance(key, str) else key for key in keys]
        return [self.lit(*pair) for pair in pairs]
