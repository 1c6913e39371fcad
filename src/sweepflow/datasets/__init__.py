"""Chat datasets in OpenAI's fine-tuning format."""

from sweepflow.datasets.chat import ChatDataset
from sweepflow.datasets.checks import Sample
from sweepflow.datasets.errors import DatasetError

__all__ = ["ChatDataset", "DatasetError", "Sample"]
