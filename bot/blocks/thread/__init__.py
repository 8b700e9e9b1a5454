"""A conversation's thread: the card, entries, events, and what one person alone is asked."""
