"""The model of a training that never was: it gives the same answer to everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspect_ai.model import (
    ChatMessage,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    modelapi,
)

if TYPE_CHECKING:
    from inspect_ai.tool import ToolChoice, ToolInfo

ANSWER = "This is a dummy model, which was never trained."


@modelapi(name="sweepflow-dummy")
class DummyModel(ModelAPI):
    """Answers without a model."""

    async def generate(
        self,
        input: list[ChatMessage],  # noqa: A002 - Inspect's name for it
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput:
        """Give `ANSWER`, and a usage, which would else be counted with a download."""
        del input, tools, tool_choice, config
        output = ModelOutput.from_content(self.model_name, ANSWER)
        output.usage = ModelUsage()
        return output
