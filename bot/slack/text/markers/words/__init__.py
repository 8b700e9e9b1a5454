"""What signs for the team are called, a module for each language.

Everything is written folded (`folding.folded`): small letters, no accents, a space for an apostrophe. An entry is
a regular expression in which a space stands for white space or a hyphen; keep them to `(a|b)` and `x?`, so that
they read as phrases. All languages are looked for in every text, because teammates mix them ("FYI equipo").
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words, by the part that they play in a marker."""

    # Says by itself, as a heading, that what follows stays here: "internal: …", "intern, …".
    internal: tuple[str, ...]
    # The same, but such words also begin plain sentences ("Private rooms …"), so they need a colon or the like.
    secret: tuple[str, ...]
    # What is written for oneself: "note: …".
    note: tuple[str, ...]
    # Is a marker whatever follows.
    bare: tuple[str, ...]
    # Names for a message that customers get too ("Hinweis: …"): a marker only with a qualifier ("… fürs Team").
    message: tuple[str, ...]
    # What colleagues hand each other, a marker with a colon: "handover: …".
    task: tuple[str, ...]
    # Who works here.
    team: tuple[str, ...]
    # Those of them that can be called by it: "Team, …", "Kollegen: …".
    called: tuple[str, ...]
    us: tuple[str, ...]
    self: tuple[str, ...]
    # What stands between a note and who it is for, or before who is addressed.
    to: tuple[str, ...]
    # May stand before who is called: "the team: …", "liebe Kollegen, …".
    articles: tuple[str, ...]
    only: tuple[str, ...]
    # May stand in front of a marker and says nothing by itself: "PS internal: …", "Hi team, …".
    before: tuple[str, ...]
    # Says that the customer is not to read it. Whole phrases, at the start of a sentence.
    withheld: tuple[str, ...]
    # The same for phrases that also begin plain sentences: they need a colon or the like, or end the line.
    unsent: tuple[str, ...]
    # Before "note:" these make it one that customers are told about: "Please note: …", "delivery note: …".
    ordinary_notes: tuple[str, ...] = ()
    # Interjections with which colleagues are greeted: "hey team does …", "che equipo …".
    hails: tuple[str, ...] = ()
    # Those who are called by words too common to be an address elsewhere: "guys", "Leute".
    hailed: tuple[str, ...] = ()
    # How a call of those goes on without a comma: "guys don't …".
    speaks: tuple[str, ...] = ()
    # Who takes over next: "whoever picks this up: …".
    next_one: tuple[str, ...] = ()
    # Papers that are left for one colleague: "slip for Maud: …".
    slips: tuple[str, ...] = ()
    # Asks a colleague to take over, mostly by name: "Maud: can you take over".
    take_over: tuple[str, ...] = ()
    # Names of what is not written to its end, and what says so only with a colon or the like.
    draft: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    # Speaks of the customer to somebody else: "the customer lied", "does the customer see this?".
    about: tuple[str, ...] = ()
    # Of those who are called, the words that also name a thing ("equipo"): an address needs a colon or the like.
    things: tuple[str, ...] = ()
    # Words that are long enough to be known with one slip in them, and short ones with two letters swapped.
    long: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    # Real words that are one slip away from one of those above.
    no_slips: tuple[str, ...] = ()
