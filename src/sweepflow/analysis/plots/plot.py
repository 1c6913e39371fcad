"""A plot: a figure of Matplotlib in our style, and how it is saved."""

from __future__ import annotations

import html
import io
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sweepflow.analysis.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Generator

# Matplotlib's, whose own types leave much unknown.
Axes: TypeAlias = Any
Figure: TypeAlias = Any

# Of Okabe and Ito, which people tell apart however they see colours; the yellow last,
# since it is faint on white.
COLOURS = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7"),
    *("#e69f00", "#56b4e9", "#000000", "#f0e442"),
)
MARKERS = "osD^vP*X"
MISSING = "#dddddd"
COLOUR_MAP = "viridis"

_STYLE: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 10.0,
    "grid.alpha": 0.3,
    "svg.hashsalt": "sweepflow",  # the same plot is the same file
    "text.parse_math": False,  # a $ in a name is a $
}
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body {{ margin: 1rem; background: #fff; text-align: center }}
svg {{ max-width: 100%; height: auto }}</style>
{svg}
</html>
"""


@contextmanager
def style() -> Generator[None]:
    """Draw in our style within the context, whatever the user's own is."""
    import matplotlib as mpl

    settings: Any = mpl
    with settings.rc_context(), warnings.catch_warnings():
        settings.rcdefaults()
        settings.rcParams.update(_STYLE)
        # Signs that the font lacks are drawn as boxes; that is all there is to say.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def new_figure(width: float, height: float) -> Figure:
    """Give an empty figure of this many inches, which no window will ever show."""
    from matplotlib.figure import Figure

    return Figure((width, height), layout="constrained")


class Plot:
    """A plot that can be saved.

    Args:
        figure: Drawn.
        title: What the page of an HTML file is called.
    """

    def __init__(self, figure: Figure, title: str) -> None:
        with style():
            figure.draw_without_rendering()  # which puts everything into its place
        figure.set_layout_engine("none")  # where it stays, however often it is saved
        self.figure = figure
        """Matplotlib's, to change what it looks like."""
        self.title = title

    def save(self, path: str | Path) -> Path:
        """Write the plot into a file; its suffix says as what.

        Args:
            path: It ends with `.png`, `.svg` or `.html`.

        Raises:
            AnalysisError: It has another suffix.
            OSError: It cannot be written.
        """
        path = Path(path)
        data = self._render(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def to_svg(self) -> str:
        """Give the plot as an SVG element, to be put into a page."""
        text = self._drawn("svg").decode()
        return text[text.index("<svg") :]

    def to_html(self) -> str:
        """Give a page with the plot, which needs no other file."""
        return _PAGE.format(title=html.escape(self.title), svg=self.to_svg())

    def _repr_svg_(self) -> str:
        """Show it in a notebook."""
        return self.to_svg()

    def _render(self, path: Path) -> bytes:
        suffix = path.suffix.lower()
        if suffix in {".png", ".svg"}:
            return self._drawn(suffix[1:])
        if suffix in {".html", ".htm"}:
            return self.to_html().encode()
        raise AnalysisError(
            f"cannot save a plot as {str(path)!r}: its suffix is {suffix or 'missing'}",
            hint="end the name with .png, .svg or .html",
        )

    def _drawn(self, form: str) -> bytes:
        file = io.BytesIO()
        dated = {"Date": None} if form == "svg" else {}
        with style():
            self.figure.savefig(
                file, format=form, dpi=150, bbox_inches="tight", metadata=dated
            )
        return file.getvalue()
