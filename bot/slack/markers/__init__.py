"""Whether something a teammate typed carries a sign that it, or a line of it, is for the team.

`words/` holds what such signs are called in each language, `grammar.py` how they are built from these words,
`judge.py` where in a text they count.
"""
