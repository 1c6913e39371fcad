"""The code that a Python step reaches, part by part."""

from sweepflow.engine.code.parts import Part, ProjectCode, code_parts

__all__ = ["Part", "ProjectCode", "code_parts"]
