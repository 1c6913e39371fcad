"""From an operation and what the user wrote to the runs that are meant by it.

    expand         the one way in                                     tree.py
    Catalog        flags and steps of operations, each read once      catalog.py
    Known          the flags of an operation, and what it requires    known.py
    Link           a step, as far as its parent's values do not count link.py
    Said           a label, its references not filled in yet          said.py
    read_rows      the trials of a file, `@FILE`                      batch_file.py
    Problems       all that is wrong, told at once                    problems.py

Nothing here runs anything or knows of earlier runs.
"""

from sweepflow.operations.expand.tree import expand

__all__ = ["expand"]
