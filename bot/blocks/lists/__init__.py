"""What `/bookbag` answers."""
