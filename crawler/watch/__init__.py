"""The watch list: which words each marketplace is asked for, why, and in which turn."""
