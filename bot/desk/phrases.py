"""The few sentences this program says to a customer by itself, in the customer's language where known."""

from __future__ import annotations

from string import Template

_ENGLISH = {
    "handing_over": "I have asked a colleague to join this chat. They will answer you right here.",
    "taken_over": "$name joined the chat.",
    "resumed": "$name left the chat. The AI assistant is answering again.",
    "resumed_unclaimed": "The AI assistant is answering again.",
    "assigned": "$name will answer you here.",
    "holder_left": "$name had to leave the chat. Somebody else from our team will answer you right here.",
    "address_left": "Thank you. Our team has your address $name and can write to you there.",
}
_PHRASES = {
    "en": _ENGLISH,
    "de": {
        "handing_over": "Ich habe jemanden aus dem Team dazugebeten. Die Antwort kommt hier in diesem Chat.",
        "taken_over": "$name ist jetzt im Chat.",
        "resumed": "$name hat den Chat verlassen. Der KI-Assistent antwortet wieder.",
        "resumed_unclaimed": "Der KI-Assistent antwortet wieder.",
        "assigned": "$name wird Ihnen hier antworten.",
        "holder_left": "$name musste den Chat verlassen. Jemand anderes aus dem Team antwortet Ihnen hier.",
        "address_left": "Danke. Unser Team hat Ihre Adresse $name und kann Ihnen dorthin schreiben.",
    },
    "es": {
        "handing_over": "He pedido a una persona del equipo que se una al chat. Te responderá aquí mismo.",
        "taken_over": "$name se ha unido al chat.",
        "resumed": "$name ha salido del chat. El asistente de IA vuelve a responder.",
        "resumed_unclaimed": "El asistente de IA vuelve a responder.",
        "assigned": "$name te responderá aquí mismo.",
        "holder_left": "$name ha tenido que dejar el chat. Otra persona del equipo te responderá aquí mismo.",
        "address_left": "Gracias. Nuestro equipo tiene tu dirección $name y puede escribirte allí.",
    },
    "fr": {
        "handing_over": "J’ai demandé à un membre de l’équipe de nous rejoindre. La réponse arrivera ici.",
        "taken_over": "$name a rejoint la discussion.",
        "resumed": "$name a quitté la discussion. L’assistant IA répond de nouveau.",
        "resumed_unclaimed": "L’assistant IA répond de nouveau.",
        "assigned": "$name va vous répondre ici.",
        "holder_left": "$name a dû quitter la discussion. Un autre membre de l’équipe va vous répondre ici.",
        "address_left": "Merci. Notre équipe a votre adresse $name et peut vous y écrire.",
    },
    "ja": {
        "handing_over": "担当者に参加を依頼しました。このチャットでお返事します。",
        "taken_over": "$name がチャットに参加しました。",
        "resumed": "$name がチャットを離れました。AI アシスタントが再びお答えします。",
        "resumed_unclaimed": "AI アシスタントが再びお答えします。",
        "assigned": "$name がこのチャットでお答えします。",
        "holder_left": "$name がチャットを離れました。別の担当者がこのチャットでお答えします。",
        "address_left": "ありがとうございます。$name 宛てに担当者からご連絡できるようになりました。",
    },
}


def to_customer(phrase: str, *, locale: str | None, name: str = "") -> str:
    """One of the sentences above; `locale` is BCP 47, and English stands in for what is not here."""
    language = (locale or "en").replace("_", "-").split("-")[0].lower()
    return Template(_PHRASES.get(language, _ENGLISH)[phrase]).substitute(name=name)
