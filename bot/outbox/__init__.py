"""The outbox's way out: claimed in order, paced, retried, and never done twice."""
