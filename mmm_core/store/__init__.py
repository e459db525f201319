"""Projects and runs on disk: SQLite, Parquet, JSON."""
