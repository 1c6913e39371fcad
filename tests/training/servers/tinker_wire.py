"""What goes over the wire to and from Tinker as protobuf."""

from __future__ import annotations

from typing import Any

import numpy as np

# Generated messages, the types of which a checker cannot follow.
from tinker.proto import tinker_public_pb2

from tests.training.servers.tinker_model import Datum, Sampled

pb: Any = tinker_public_pb2


def read_batch(body: bytes) -> tuple[dict[str, Any], list[Datum]]:
    """Give whose turn it is, and the samples."""
    request = pb.ForwardBackwardRequest.FromString(body)
    data = [
        Datum(
            [
                int(token)
                for chunk in datum.model_input
                for token in np.frombuffer(chunk.encoded_text.tokens, np.int32)
            ],
            np.frombuffer(
                datum.loss_fn_inputs["target_tokens"].dense, np.int64
            ).tolist(),
            np.frombuffer(datum.loss_fn_inputs["weights"].dense, np.float32).tolist(),
        )
        for datum in request.data
    ]
    return {"model_id": request.model_id, "seq_id": request.seq_id}, data


def write_losses(logprobs: list[list[float]], data: list[Datum]) -> bytes:
    """Give the answer to a batch."""
    flat = [value for values in logprobs for value in values]
    ends = np.cumsum([0, *(len(values) * 4 for values in logprobs)])
    weights = [weight for datum in data for weight in datum.weights]
    loss = -sum(w * p for w, p in zip(weights, flat, strict=True))
    tensor = pb.BatchedTensor(
        data=np.array(flat, np.float32).tobytes(),
        offsets=ends.astype(np.int64).tobytes(),
        dtype=pb.DTYPE_FLOAT32,
    )
    record = pb.ArrayRecord(num_datums=len(data), fields={"logprobs": tensor})
    return pb.ForwardBackwardOutput(
        loss_fn_output_type="ArrayRecord",
        loss_fn_outputs=[record],
        metrics={"loss:sum": loss},
    ).SerializeToString()


def write_sample(sampled: Sampled) -> bytes:
    """Give the answer to a prompt."""
    reason = pb.STOP_REASON_STOP if sampled.stopped else pb.STOP_REASON_LENGTH
    sequence = pb.SampledSequence(
        stop_reason=reason,
        tokens=np.array(sampled.tokens, np.int32).tobytes(),
        logprobs=np.array(sampled.logprobs, np.float32).tobytes(),
    )
    return pb.SampleResponse(sequences=[sequence]).SerializeToString()
