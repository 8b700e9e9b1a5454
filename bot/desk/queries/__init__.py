"""What lists, cards, streams and searches read. Nothing here changes anything."""
