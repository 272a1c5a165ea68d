"""The embedded index: SQLite with FTS5, one file for what was seen and another for what people decided."""
