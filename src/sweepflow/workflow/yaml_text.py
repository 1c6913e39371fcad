"""Plain data as YAML that is read back as it was."""

from __future__ import annotations

import re
from typing import Any, Final, cast

import yaml

# Line breaks of which PyYAML makes spaces, unless they stand in double quotes.
_ODD: Final = re.compile("[\x85\u2028\u2029\ufeff]")


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - as its base
        return True  # what stands in two places is written twice


def _text(dumper: Any, text: str) -> yaml.ScalarNode:  # noqa: ANN401 - half typed
    style = '"' if _ODD.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def dump(value: object) -> str:
    """Give a value as YAML, keys in their order."""
    return _dump(value) + "\n"


def dump_line(value: object) -> str:
    """Give a value as YAML on one line."""
    text = _dump(value, default_flow_style=True)
    if "\n" in text:  # in double quotes each line break is escaped
        text = _dump(value, default_flow_style=True, default_style='"')
    return text


def _dump(value: object, **options: Any) -> str:  # noqa: ANN401 - yaml's
    text: str = cast("Any", yaml).dump(
        value,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=2**31,
        **options,
    )
    return text.removesuffix("\n").removesuffix("\n...")
