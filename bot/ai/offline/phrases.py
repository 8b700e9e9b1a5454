"""Greetings and thanks in five languages: what they look like, and what to say back."""

import re

from bot.ai.offline.people import bare

GREETING_REPLY = {
    "en": "Hello! How can I help you?",
    "de": "Hallo! Wie kann ich Ihnen helfen?",
    "es": "¡Hola! ¿En qué puedo ayudarle?",
    "fr": "Bonjour ! Comment puis-je vous aider ?",
    "ja": "こんにちは。ご用件をお聞かせください。",
}
THANKS_REPLY = {
    "en": "You're welcome! Write again whenever you need something.",
    "de": "Gern geschehen! Schreiben Sie jederzeit wieder.",
    "es": "¡De nada! Escríbanos cuando lo necesite.",
    "fr": "Avec plaisir ! Écrivez-nous quand vous voulez.",
    "ja": "どういたしまして。またいつでもお声がけください。",
}
BACK_REPLY = {
    "en": "I am answering again. Ask me anything, or tell me if you would like a colleague to come back.",
    "de": "Ich antworte wieder. Fragen Sie mich gern, oder sagen Sie, wenn noch einmal jemand kommen soll.",
    "es": "Vuelvo a responder yo. Pregúnteme lo que quiera, o dígame si desea que vuelva una persona.",
    "fr": "Je réponds de nouveau. Posez votre question, ou dites-moi si quelqu’un doit revenir.",
    "ja": "再びAIがお答えします。ご質問をどうぞ。担当者が必要なときはお知らせください。",
}

_GREETINGS = {
    "en": "hello there|hi there|hey there|hello|hi|hey|good morning|good afternoon|good evening|good day",
    "de": "hallo zusammen|hallo|moin moin|moin|servus|guten morgen|guten tag|guten abend|gruss gott",
    "es": "hola|buenos dias|buenas tardes|buenas noches|buenas|que tal",
    "fr": "bonjour|bonsoir|salut|coucou",
    "ja": "こんにちは|こんにちわ|こんばんは|おはようございます|おはよう|はじめまして",
}
_THANKS = {
    "en": "thank you very much|thank you so much|thank you|thanks a lot|many thanks|thanks|thx|cheers",
    "de": "vielen dank|herzlichen dank|besten dank|danke schon|dankeschon|danke sehr|danke",
    "es": "muchas gracias|mil gracias|gracias",
    "fr": "merci beaucoup|merci bien|merci",
    "ja": "(?:どうも)?ありがとう(?:ございました|ございます)?|どうも|感謝します",
}
# "OK great, thanks, bye" is thanks.
_BESIDE_THANKS = (
    "okay|ok|great|perfect|super|bye|goodbye|tschuss|adios|au revoir|parfait|perfecto|了解です|わかりました"
)
_LONGEST = 200  # characters; whoever writes more says more than hello


def _made_of(phrases: dict[str, str], *, beside: str) -> dict[str, re.Pattern[str]]:
    """For each language a pattern of its phrases, other words beside them allowed, and nothing else."""
    return {
        name: re.compile(rf"(?:(?:{beside}) )*(?:{own})(?: (?:{own}|{beside}))*")
        for name, own in phrases.items()
    }


_GREETING_ONLY = _made_of(_GREETINGS, beside="there")
_THANKS_ONLY = _made_of(_THANKS, beside=_BESIDE_THANKS)


def greets(text: str) -> str | None:
    """Return the language of a text that greets and says nothing else, or None."""
    return _language_of(text, _GREETING_ONLY)


def thanks(text: str) -> str | None:
    """Return the language of a text that gives thanks and says nothing else, or None."""
    return _language_of(text, _THANKS_ONLY)


def _language_of(text: str, patterns: dict[str, re.Pattern[str]]) -> str | None:
    if len(text) > _LONGEST:
        return None
    said = bare(text)
    return next((name for name, pattern in patterns.items() if pattern.fullmatch(said)), None)
