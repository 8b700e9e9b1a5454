"""Programs that put numbers on the bridge. Run one with `python -m benchmarks.NAME`."""
