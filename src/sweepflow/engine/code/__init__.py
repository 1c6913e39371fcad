"""The code that a Python step or program reaches, part by part."""

from sweepflow.engine.code.parts import ProjectCode, code_parts
from sweepflow.engine.code.reached import Part, Program

__all__ = ["Part", "Program", "ProjectCode", "code_parts"]
