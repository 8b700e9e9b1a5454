"""Does the jobs in the outbox: claims them in order, keeps the pace, tries again, and does none twice."""
