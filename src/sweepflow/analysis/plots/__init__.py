"""Plots of results, which save as PNG, SVG and HTML without a browser.

plot_sweep_metric, plot_sweep_metrics   a number over a setting   metrics.py
plot_sweep_heatmap                      … over two settings       heatmap.py
plot_parallel_coordinates               many settings at once     parallel.py
Plot                                    what they return          plot.py
"""

from sweepflow.analysis.plots.heatmap import plot_sweep_heatmap
from sweepflow.analysis.plots.metrics import plot_sweep_metric, plot_sweep_metrics
from sweepflow.analysis.plots.parallel import plot_parallel_coordinates
from sweepflow.analysis.plots.plot import Plot

__all__ = [
    "Plot",
    "plot_parallel_coordinates",
    "plot_sweep_heatmap",
    "plot_sweep_metric",
    "plot_sweep_metrics",
]
