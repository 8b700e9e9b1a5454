"""The stand-in without a key: it answers from the knowledge word for word, or hands over."""
