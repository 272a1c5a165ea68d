"""`copycatch notice`: requests to take something down, from the draft to what came of it.

Each module here is one sub-command, found by its presence: it offers `run`. Its words stand in the catalogue under
`cli.notice.<name>`. A module whose name is a Python keyword carries a trailing underscore.
"""
