"""Whether something a teammate typed carries a sign that it, or a line of it, is for the team.

`words/` holds what such signs are called in each language. `grammar.py` and `japanese.py` say how markers
are built from these words, `slips.py` how they may be misspelled. `lines.py`, `code.py` and `decoration.py`
take a text apart; `judge.py` says where in it a marker counts. `learned/` knows whole sentences without any.
"""
