"""Rules for who answers the customer."""
