"""Runs on a page: what ran, how it ended, what came of it, and from what.

write_report                   a page on a job, operation or workflow   page.py, data.py
plot_frame                     runs as the frame of a plot              plotting.py
ColumnNameError                what may go wrong                        errors.py
"""

from sweepflow.report.errors import ColumnNameError
from sweepflow.report.page import write_report
from sweepflow.report.plotting import plot_frame

__all__ = ["ColumnNameError", "plot_frame", "write_report"]
