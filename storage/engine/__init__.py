"""How each database is opened and driven: connections, batches of writes, locks between processes."""
