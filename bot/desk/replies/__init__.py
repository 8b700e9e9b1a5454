"""Rules for what teammates type: sent, kept as a note, held, changed or deleted."""
