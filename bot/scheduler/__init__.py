"""What happens by the clock: reminders, assignment of whoever waits, and clearing up."""
