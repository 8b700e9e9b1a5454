"""Whole sentences that are for the team, known by how they read: what no list of words ends.

`sentences.py` takes a text apart, `features.py` and `roles.py` say what is looked at in a sentence,
`model.py` weighs that, `languages.py` says where it can be weighed.
"""
