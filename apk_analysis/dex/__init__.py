"""DEX files: strings, classes, methods, and what their code does. Loops are compiled (`apk_analysis.compiled`)."""

from apk_analysis.dex.calls import find_calls, find_methods
from apk_analysis.dex.code import Code, Csr
from apk_analysis.dex.reader import Dex, opened
from apk_analysis.dex.values import string_values

__all__ = ["Code", "Csr", "Dex", "find_calls", "find_methods", "opened", "string_values"]
