"""The workspace run from another process, over HTTP."""
