"""The flags that a script has: found in its arguments, its globals or its config."""

from sweepflow.operations.flags.imports.find import Imported, import_flags, select
from sweepflow.operations.flags.imports.flag import ImportedChoice, ImportedFlag

__all__ = ["Imported", "ImportedChoice", "ImportedFlag", "import_flags", "select"]
