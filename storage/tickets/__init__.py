"""Tickets, the lists of them, and the figures."""
