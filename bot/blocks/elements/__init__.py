"""What messages are made of: text, buttons, lists, and how large a post may be."""
