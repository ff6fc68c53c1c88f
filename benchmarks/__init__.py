"""The performance table: one file per row group, each with `run() -> list[Row]`; `make bench ROWS=import,segments`."""
