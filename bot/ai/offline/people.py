"""Does a customer ask for a person? Phrases in English, German, Spanish, French and Japanese."""

import re

from bot.ai.search import fold

# All patterns meet text that is folded (lower case, no Latin accents) and whose punctuation is spaces.
_NOT_WORDS = re.compile(r"[^\w']+")

_EN = (
    "human|person|people|someone|somebody|agent|representative|rep|operator|employee|staff|team ?mate"
    "|team ?member|colleague|advis[eo]r|manager|supervisor"
)
_DE = (
    "mensch|menschen|person|mitarbeiter|mitarbeiterin|mitarbeitern|berater|beraterin|jemand|jemandem|jemanden"
    "|kollege|kollegen|kollegin|ansprechpartner|ansprechpartnerin|kundendienst|kundenservice|support"
)
_ES = "persona|humano|alguien|agente|operadora?|asesora?|representante|encargad[oa]|emplead[oa]"
_FR = (
    "quelqu'un|personne|humain|conseiller|conseillere|agent|operateur|operatrice|responsable|collegue|employe"
)
_JA = "人間|担当者|担当の方|オペレーター|オペレータ|スタッフ|係の人|係の方|有人|誰か"


def _between(most: int) -> str:
    """At most so many words, each with a space after it: "speak to ONE OF YOUR people"."""
    return rf"(?:\S+ ){{0,{most}}}?"


_EN_ASKS = (
    (
        r"\b(?:talk|speak|chat|write|connect|transfer|put|pass|hand|switch|escalate|forward)(?:ing|ed)? "
        rf"{_between(3)}(?:to|with) {_between(4)}(?:{_EN})s?\b"
    ),
    (
        r"\b(?:want|need|get|give|prefer|find|call) (?:me )?(?:(?:a|an|some|your|the) )?"
        r"(?:human|person|someone|somebody|agent|representative|operator|manager|supervisor)\b"
        r"(?! (?:tents?|sized?|use))"
    ),
    r"\b(?:real|live|actual|human) (?:human|person|people|being|agent|support|representative|operator)s?\b",
    (
        r"\b(?:can|could|may|will) (?:a human|a person|some ?one|somebody|an agent|one of your people) "
        rf"{_between(2)}(?:help|call|answer|contact|reply)\b"
    ),
)
_DE_ASKS = (
    (
        rf"\b(?:mit|an|zu) {_between(4)}(?:{_DE}) {_between(3)}"
        r"(?:sprechen|reden|verbinden|verbunden|chatten|schreiben|weiterleiten|weitergeleitet)\b"
    ),
    rf"\b(?:sprech|red|verbind|chatt|schreib)\w* {_between(4)}(?:mit|an|zu) {_between(3)}(?:{_DE})\b",
    r"\b(?:echte|richtige|menschliche)[rnm]? (?:mensch|menschen|person|mitarbeiter|mitarbeiterin|berater)\b",
)
_ES_ASKS = (
    (
        r"\b(?:habl\w+|chatear|conversar|comunic\w+|conect\w+|pas[ae]r?me|pongame|transfer\w+|contactar) "
        rf"{_between(3)}(?:con|a) {_between(3)}(?:{_ES})\b"
    ),
    r"\b(?:persona|agente|operador) (?:real|human[oa]|de verdad)\b",
)
_FR_ASKS = (
    (
        r"\b(?:parler|discuter|echanger|joindre|contacter|relation|passe[zr]?|transfer\w+) "
        rf"{_between(6)}(?:{_FR})\b"
    ),
    r"\b(?:vraie personne|vrai humain|personne reelle|conseiller humain|un humain)\b",
)
_JA_ASKS = (
    rf"(?:{_JA}).{{0,12}}(?:話|はな|繋|つな|代わ|替わ|かわ|お願い|おねがい|対応|チャット|呼|相談)",
    r"人と(?:直接)?(?:話|はな|チャット)",
)
_ASKS = tuple(re.compile(asks) for asks in (*_EN_ASKS, *_DE_ASKS, *_ES_ASKS, *_FR_ASKS, *_JA_ASKS))

# The bare word, as people type it at a machine: "Agent!", "human please".
_PLEASE = "please|pls|now|bitte|por favor|s'il vous plait|svp"
_ONLY = re.compile(rf"(?:{_EN}|{_DE}|{_ES}|{_FR})s?(?: (?:{_PLEASE}))?|(?:{_JA}).{{0,8}}")


def bare(text: str) -> str:
    """Fold the text and turn everything between its words into single spaces."""
    return _NOT_WORDS.sub(" ", fold(text)).strip()


def asks_for_person(text: str) -> bool:
    """Tell whether the text asks for a person.

    It knows phrases, not meaning: "no need to put me through to a person" counts too. A hand over too many
    costs a teammate a look; one too few leaves a customer alone with a machine.
    """
    said = bare(text)
    return bool(_ONLY.fullmatch(said)) or any(asks.search(said) for asks in _ASKS)
