"""The query language: Lucene syntax, parsed into a small tree of our own that every engine compiles for itself."""
