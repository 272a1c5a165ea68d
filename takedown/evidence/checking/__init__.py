"""The checking of bundles by third parties. Its modules are joined into the one file `verify.py` of each bundle
(`takedown.evidence.standalone`): standard library of Python 3.8 only, and no import of ours but from here.
"""
