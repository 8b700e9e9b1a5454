"""Whether a text is in one of the languages that the judge has learned."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.slack.text.markers.folding import visible

# Frequent words, as they are typed but in small letters. A word that two languages share tells nothing.
_LEARNED = """
    the and you your we our is are to of it for with this that have can will please i me he she they
    him her der die das und ist sie ich wir ihr ihre nicht ein eine mit für auf den dem zu haben
    kann bitte er kein mal noch schon el los las y es un por le su sus usted que en lo se está puede
    hemos yo nos ya muy al vous votre nous les est une des et pour pas ne je il elle dans sur avec
    sera qui on ça du
"""
# Italian, Dutch, Portuguese; Swedish, Danish, Norwegian, Polish, Czech, Romanian, Hungarian, Finnish,
# Turkish, Catalan.
_OTHER = """
    che di è sono della delle dei gli non ho abbiamo grazie buongiorno buonasera questo anche nel
    alla può sarà suo sua ordine spedito domani prego het een van niet ik wij uw heeft hebben
    bedankt goedemorgen kunt wordt ook naar deze nog bij maar voor dank zijn jouw onze graag não
    você obrigado obrigada uma seu são muito bom com da pedido já pode foi enviado olá och att det
    är inte jag vi har för på tack ditt og ikke jeg til af deres takk nie jest się na proszę
    dziękuję że jak już państwa prosím děkuji vaše și este vă mulțumesc pentru nu cu az és nem hogy
    köszönöm ei kiitos teidän bir ve için teşekkürler bu ederiz sizin amb els gràcies
"""
_OF_LEARNED = frozenset(_LEARNED.split())
_OF_OTHERS = frozenset(_OTHER.split()) - _OF_LEARNED
_WORD = re.compile(r"[^\W\d_]+")
# Letters of the five languages: Latin ones, kana and kanji.
_OWN_LETTER = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff\u3041-\u30ff\u4e00-\u9fff\uff66-\uff9d々〆]")
_KANA = re.compile(r"[\u3041-\u30ff]")
# Characters of Chinese that Japanese writes otherwise or not at all.
_CHINESE = re.compile("[您们这吗呢请谢没说时为对您我你是的們這嗎請謝沒説麼什]")


def is_known(sentences: Sequence[str]) -> bool:
    """Whether the sentences are in a language that the judge has learned, or show no other."""
    text = visible(" ".join(sentences))
    letters = [letter for letter in text if letter.isalpha()]
    if 2 * sum(1 for letter in letters if _OWN_LETTER.match(letter)) < len(letters):
        return False
    if not _KANA.search(text) and len(_CHINESE.findall(text)) >= 2:
        return False
    words = _WORD.findall(text.lower())
    return sum(word in _OF_OTHERS for word in words) <= sum(word in _OF_LEARNED for word in words)
