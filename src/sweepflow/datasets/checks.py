"""What a sample must be, and the one line of JSON that it is kept as."""

from __future__ import annotations

import json
from typing import Any, TypeAlias, cast

Sample: TypeAlias = dict[str, Any]
"""`{"messages": [{"role": …, "content": …}, …]}`, and whatever else it carries."""


class NoSampleError(ValueError):
    """Something is no sample; the text goes on after "the line" or "sample 3"."""


ROLES = ("system", "developer", "user", "assistant", "tool")


def canonical(sample: object) -> bytes:
    """Give a sample as one line of JSON; equal samples have equal lines.

    Raises:
        NoSampleError: It is no sample; the text says why.
    """
    _check_sample(sample)
    try:
        text = json.dumps(
            sample,
            ensure_ascii=False,
            allow_nan=False,
            sort_keys=True,
            separators=(",", ":"),
        )
        return text.encode()
    except UnicodeEncodeError as error:
        broken = error.object[error.start]
        raise NoSampleError(f"holds {broken!r}, which is no character") from None
    except RecursionError:
        raise NoSampleError("is nested too deeply") from None
    except (TypeError, ValueError) as error:
        raise NoSampleError(f"cannot be written as JSON: {error}") from None


def parse(line: bytes) -> object:
    """Give what a line of JSON says.

    Raises:
        NoSampleError: It is not JSON; the text says why.
    """
    try:
        return json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise NoSampleError(
            f"is not text in UTF-8, from its byte {error.start + 1:,} on"
        ) from None
    except RecursionError:
        raise NoSampleError("is nested too deeply") from None
    except ValueError as error:
        raise NoSampleError(f"is not JSON: {error}") from None


def _check_sample(sample: object) -> None:
    if not isinstance(sample, dict):
        raise NoSampleError(f"is {_kind(sample)}, not an object with messages")
    fields = cast("dict[str, object]", sample)
    messages = fields.get("messages")
    if not isinstance(messages, list) or not messages:
        raise NoSampleError("has no `messages`, a list of at least one")
    found = [
        _role(number, message)
        for number, message in enumerate(cast("list[object]", messages), 1)
    ]
    if "assistant" not in found:
        raise NoSampleError("has no message of the assistant, so nothing to learn")
    tools = fields.get("tools")
    if tools is not None and not _is_list_of_objects(tools):
        raise NoSampleError("has `tools` that are no list of objects")


def _role(number: int, message: object) -> str:
    """Check a message, and give its role."""
    try:
        return _check_message(message)
    except NoSampleError as error:
        raise NoSampleError(f"has a message {number} that {error}") from None


def _check_message(given: object) -> str:
    if not isinstance(given, dict):
        raise NoSampleError(f"is {_kind(given)}, not an object")
    message = cast("dict[str, object]", given)
    role = message.get("role")
    if not isinstance(role, str) or role not in ROLES:
        raise NoSampleError(f"has the role {role!r}, and not one of {', '.join(ROLES)}")
    is_assistant = role == "assistant"
    calls = message.get("tool_calls")
    if calls is not None and not (is_assistant and _is_list_of_objects(calls)):
        raise NoSampleError(
            "has `tool_calls` that are not the assistant's, or no list of objects"
        )
    content = message.get("content")
    if not isinstance(content, str) and (content is not None or not calls):
        raise NoSampleError(f"has {_kind(content)} as `content`, not a text")
    if not isinstance(message.get("name", ""), str | None):
        raise NoSampleError("has a `name` that is no text")
    if role == "tool" and not isinstance(message.get("tool_call_id"), str):
        raise NoSampleError("answers a tool call without its `tool_call_id`")
    weight = message.get("weight")
    if weight is not None and not (is_assistant and _is_zero_or_one(weight)):
        raise NoSampleError(
            f"has the weight {weight!r}; a message of the assistant may have 0 or 1, "
            "others have none"
        )
    return role


def _is_zero_or_one(value: object) -> bool:
    return type(value) is int and value in {0, 1}


def _is_list_of_objects(value: object) -> bool:
    items = cast("list[object]", value)
    return isinstance(value, list) and all(isinstance(item, dict) for item in items)


def _kind(value: object) -> str:
    """Give what JSON calls a value, with its article."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a truth value"
    kinds: dict[type, str] = {dict: "an object", list: "a list", str: "a text"}
    kinds |= {int: "a number", float: "a number"}
    return kinds.get(type(value), f"of type {type(value).__name__}")
