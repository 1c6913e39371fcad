"""The tiny model, built once for all tests of a process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Let torch take one core, if it is there."""
    torch: Any = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the tiny model."""
    from sweepflow.training.local import tiny

    tiny.build(folder := tmp_path_factory.mktemp("models") / "tiny")
    return folder


@pytest.fixture(scope="session")
def tokenizer(tiny_folder: Path) -> Any:  # noqa: ANN401 - of `transformers`
    """Give the tokenizer of the tiny model."""
    transformers: Any = pytest.importorskip("transformers")
    return transformers.AutoTokenizer.from_pretrained(tiny_folder)
