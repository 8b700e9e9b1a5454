"""How a marker is built in Japanese, which puts no space between words and what a word does behind it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.slack.text.markers.words import japanese


def expressions() -> tuple[str, str]:
    """What matches a short label at the start of a head, and what matches one that says it in full."""

    def one_of(entries: Iterable[str]) -> str:
        return "(?:" + "|".join(sorted(entries, key=len, reverse=True)) + ")"

    ends = r"(?:\s*(?:[^\w\s]|_)|\s|$)"
    before = rf"(?:{one_of(japanese.BEFORE)}[\s、:,]*){{0,3}}"
    endings = rf"{one_of(japanese.ENDINGS)}{{0,4}}"
    internal = rf"{one_of(japanese.INTERNAL)}{endings}{ends}"
    note = rf"{one_of(japanese.NOTE)}{endings}{ends}"
    called = rf"{one_of(japanese.CALLED)}\s*(?:[:、→!)\]}}】〕》>]|$)"
    to_team = (
        rf"{one_of(japanese.TEAM)}(?:さん)?{one_of(japanese.TO_TEAM)}{endings}{ends}"
        rf"|(?:{one_of(japanese.CALLED)}|社内|うち)の(?:皆さん|皆様|みなさん|みんな|方々)"
    )
    team_note = rf"{one_of(japanese.TEAM)}{one_of(japanese.NOTE)}{endings}{ends}"
    # "店内" and "受付" are heard by customers too, so they need what makes a label of them.
    places = (
        rf"{one_of(japanese.PLACES)}(?:室|局|係|課|部|店|担当)?(?:さん|の方)?"
        rf"{one_of(japanese.OF_PLACE)}{endings}{ends}"
    )
    named = (
        rf"(?!お(?!客)|ご|奥|皆|娘|息子){one_of(japanese.NAME)}(?:へ|宛て?|に)(?:の?{one_of(japanese.SLIPS)})"
        rf"|(?!お|ご|奥|娘|息子){one_of(japanese.NAME)}(?:へ|宛て?)\s*(?:[:、→)】\]]|\s|$)"
        rf"|{one_of(japanese.SLIPS)}\s*[:→(]?\s*{one_of(japanese.NAME)}(?:へ|宛|に)"
        rf"|{one_of(japanese.NAME)}[、,:\s]*{one_of(japanese.TAKE_OVER)}"
    )
    customer = rf"{one_of(japanese.CUSTOMER)}(?:さん|様|さま)?"
    withheld = (
        rf"{customer}(?:に|へ)[はも]?.{{0,10}}?{one_of(japanese.REFUSED)}"
        rf"|{customer}(?:は|には|側)?(?:ng|非公開|非表示|内緒|不可|禁止|秘密)"
        rf"|{customer}(?:向け|宛て?|用)?(?:では?(?:は)?な[いくし]|では?ありません|じゃな[いくし])"
    )
    about = (
        rf"{customer}(?:は|が|も|、)?\s*{one_of(japanese.SAID_OF_CUSTOMER)}"
        rf"|(?:これ|この.{{1,8}}?|それ)(?:って|は|も)?、?{customer}(?:に|から|が|側)(?:も|は)?.{{0,3}}?(?:見|読|届|表示)"
        rf"|{customer}(?:に|から)(?:も|は)?(?:これ)?(?:見え|読め)(?:てる|ている|てます|ています|ちゃ|る\?|ます(?:か|\?))"
    )
    unsent = rf"{one_of(japanese.UNSENT)}(?!くだ|下さ)"
    draft = rf"{one_of(japanese.DRAFT)}{one_of(japanese.DRAFT_ENDINGS)}{{0,3}}(?:{ends}|{unsent})"
    kept = one_of(japanese.KEPT)
    return (
        rf"{before}(?:{note}|{internal}|{called}|{about}|{draft})",
        rf"{before}(?:{to_team}|{team_note}|{places}|{named}|{withheld}|{unsent}|{kept})",
    )
