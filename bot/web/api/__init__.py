"""The live chat API: what callers may send, what they get back, and one operation for each route."""
