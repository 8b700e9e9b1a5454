"""What a press and a submitted modal have in common: who acted, on what, and how to answer them."""
