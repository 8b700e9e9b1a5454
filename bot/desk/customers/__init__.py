"""Rules for what customers say, who they are, and what they have seen."""
