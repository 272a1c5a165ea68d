"""Deciding, as people do it at the command line: surveying, showing, answering."""
