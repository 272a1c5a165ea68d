"""The evidence bundle of a notice: one ZIP with the pages as they were seen, what was found, and a program to check it.

Everything in it is named with its SHA-256 by `custody.jsonl`, line by line in a chain; `verify.py` in the bundle checks
every byte of it without a network and without copycatch. The same inputs and the same moment give the same bytes.
"""
