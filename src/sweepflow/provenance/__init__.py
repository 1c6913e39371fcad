"""What made a result: a run's history, explained or exported."""

from sweepflow.provenance.crate import export
from sweepflow.provenance.difference import ABSENT, Difference, compare
from sweepflow.provenance.explain import Explanation, explain

__all__ = ["ABSENT", "Difference", "Explanation", "compare", "explain", "export"]
