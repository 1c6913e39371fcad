"""The flags that a script has: found in its arguments, its globals or its config."""

from sweepflow.operations.flags.imports.find import (
    Imported,
    import_flags,
    script_destination,
    select,
)
from sweepflow.operations.flags.imports.flag import ImportedFlag

__all__ = ["Imported", "ImportedFlag", "import_flags", "script_destination", "select"]
