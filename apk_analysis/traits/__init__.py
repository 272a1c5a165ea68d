"""What a sample holds that a detector may care about, each with the file that proves it. Keys leave here masked.

engine.py is the way in; a finder is one module in finders/, its facts are one file in facts/.
"""
