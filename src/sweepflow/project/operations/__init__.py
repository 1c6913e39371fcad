"""Operations, as `guild.yml` or `operations:` of `sweepflow.yaml` describe them.

    read_guild            a guild.yml in any of its three shapes      read.py
    read_operations       the operations of a sweepflow.yaml          read.py
    operation_of_script   a script as an operation by its path        read.py
    find_operation        the operation that a user means             find.py
    graph_of              what operations need of one another         graph.py
    Operations            models, operations by name, warnings        book.py
    Operation             and what it is made of                      models.py

Reading goes through these: `tree` (values that know their file), `items` (the shapes),
`compose` (inheritance, includes) and `params`, `shape` with `resources`, `step_list`,
`line` and `selection` (short forms written out), and `report` (what is wrong, and what
is only odd).
"""
