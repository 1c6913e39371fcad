"""Running searches for a command, or telling what they would try.

running     a search of whatever it is: the lines while it runs, and the table
jobs        the searches among the sets of a job
operation   the search of an operation
"""
