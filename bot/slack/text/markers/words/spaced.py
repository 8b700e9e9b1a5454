"""The languages that put a space between words: their markers are built in the same way (grammar.py)."""

from bot.slack.text.markers.words.english import ENGLISH
from bot.slack.text.markers.words.french import FRENCH
from bot.slack.text.markers.words.german import GERMAN
from bot.slack.text.markers.words.spanish import SPANISH

LANGUAGES = (ENGLISH, GERMAN, SPANISH, FRENCH)
