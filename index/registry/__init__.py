"""Copies of the public registers of filings: what was imported, and what a number says against it.

Nothing here but `store` and `tables` opens a file; detection looks up through the protocol in `model`.
"""
