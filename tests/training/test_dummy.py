"""The backend that trains nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.training.contract import Contract, Setting, Trained, samples

if TYPE_CHECKING:
    from pathlib import Path


class TestDummy(Contract):
    """It keeps to the contract, as far as one can who does nothing."""

    @pytest.fixture(scope="class")
    @classmethod
    def setting(cls, class_home: Path) -> Setting:
        chosen = {"n_epochs": 2}
        return Setting("dummy", "any", samples(3), chosen, unknown=None)

    def test_it_says_that_nothing_was_trained(self, trained: Trained) -> None:
        assert trained.model.model_id.startswith("untrained-")
        assert trained.model.path is None
