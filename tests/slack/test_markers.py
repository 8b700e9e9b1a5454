"""Is this typed for the customer? Measured on corpora by people who had not seen the rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.desk.replies.signs import TeamSign
from bot.desk.replies.thread_messages import Intent
from bot.slack.text.from_slack import read
from bot.slack.text.intent import is_marked_file
from tests.clocks import processor_time
from tests.corpora.measure import KNOWN, UNSEEN, measured

FOR_CUSTOMER, NOTE, UNCLEAR = Intent.FOR_CUSTOMER, Intent.NOTE, Intent.UNCLEAR


@pytest.mark.parametrize("corpus", KNOWN, ids=lambda corpus: corpus.stem)
def test_no_remark_is_sent_and_hardly_a_plain_reply_is_held(corpus: Path) -> None:
    found = measured(corpus)
    assert found.sent == []
    assert len(found.held) <= found.of("customer", *Intent) / 100, found.held


@pytest.mark.parametrize(("corpus", "sent", "held"), [(UNSEEN[0], 25, 5), (UNSEEN[1], 411, 10)])
def test_on_remarks_that_nobody_has_thought_of_the_rule_gets_no_worse(
    corpus: Path, sent: int, held: int
) -> None:
    """Far from the aim, none, where a remark carries no sign: decision 0007 has the figures and says why."""
    found = measured(corpus)
    assert len(found.sent) <= sent
    assert len(found.held) <= held, found.held


@pytest.mark.parametrize(
    "typed",
    [
        "We will look into it.\nnote: he lied last time", "On its way!\n// margin is 60 %",
        "[note] he lied",
        "On its way!\n\n   *Notiz:* er lügt", "Sure.\n> internal: leave it", "Sure. (internal: he lied)",
        "Sure!\n```\nnote: he lied\n```", "`internal` he lied", "All good\nｎｏｔｅ： he lied",
        "Notiz: er lügt", "Note interne : il ment", "メモ：嘘です", "internal: he lied", ":lock: he lied",
        "🔒 he lied", "Done. 🤫", "n o t e : he lied", "ntoe: he lied", "іnternal: he lied",
        "in\u200bternal: x",
        "NOTE he lied", "/note he lied", "Team: who knows this?", "Hi team, who knows this?",
        "FYI equipo: miente",
        "not for the customer: he lied", "Bitte nicht an den Kunden", "no enviar: miente",
        "pas pour le client : x",
        "お客様には見せないで", "チームへ 確認お願いします", "between us: he lied", "todo: ask billing",
        "Thanks!\nnote to self: call back", "Done // he lied", "@ ana is this right?",
        "＠田所 確認お願いします",
        "hey team does anyone know her", "guys don't answer", "Whoever picks this up next: call him",
        "Leute bitte nicht antworten", "compis, ¿quién lo tiene?", "Salut la team, un avis ?",
        "夜勤さんへ 施錠",
        "draft: Dear Sir", "[Entwurf fürs Team] Sehr geehrte", "BROUILLON Chère Madame", "下書き：お世話に",
        "keep this in the team: he was fired", "nur wir: er lügt", "no se lo reenvíen a él",
        "hors chat : il ment",
        "does the customer see this?", "sieht der Kunde das?", "¿el cliente ve esto?",
        "これ、お客様に見えてる？",
        "slip for Ben: keys are in 4", "Maud, reprends la main stp", "Recado para Luis: llamó",
        "厨房へ：えび抜き",
        "INTERNEEEE il ment", "noteinterne: il ment", "»intern« er lügt", "社內メモ：嘘", "pvt - he lied",
        "Kundin droht mit Anwalt", "The customer is lying", "el cliente no sabe nada",
    ],
)  # fmt: skip
def test_whatever_resembles_a_marker_is_never_sent(typed: str) -> None:
    assert read(typed, names={}).intent in (UNCLEAR, NOTE)


@pytest.mark.parametrize(
    "typed",
    [
        "Please note: we close at 5.", "Please note that we close at 5.", "Your credit note is attached.",
        "Nota de crédito n.º 12: 45,00 €", "The notebook is sold out.", "Noté, merci !",
        "Internet: 100 Mbit/s",
        "Internal server errors can happen.", "The internal battery is fine.", "L'équipe vous remercie.",
        "Your support team", "Le colis est interne au réseau.", "社内で確認いたします。",
        "メモ帳を開いてください。",
        "内部の電池は交換できません。", "チーム一同お待ちしております。", "担当：木下",
        "Unter uns liegt die Tiefgarage.",
        "Install `@scope/package`, please.", "npm i @scope/package", "Issue #1234 is closed.",
        "The red is #c00.",
        "Use #SummerSale to win!", "The lock 🔒 shows that it is secure.",
        "See https://x.example/#internal-notes",
        "Add this:\n```\n// enable it\nnote: true\ninternal: false\n```", "Set `note:` to empty.",
        "> note: I work mornings only\nThanks for telling me!", "100 km // 62 miles",
        "Note the number, please.",
        "Your team can sign in.", "Our team will call you.", "The team wishes you a nice day!",
        "```python\n# note: keep the key out of git\nclient = Client(key)\n```\nThat should fix it.",
        "```html\n<!-- équipe -->\n<div></div>\n```\nCollez ceci.", "`internal` is a flag that you can set.",
        "下書きは自動で保存されます。", "Den Entwurf senden wir morgen.",
        "An internal server error (500) is ours.",
        "写真に #夏の縁側 を付けて投稿してください。", "Your customer number is 4411.",
        "お客様番号は4411です。",
        "El servicio al cliente abre a las 9.", "受付へお越しください。", "社内確認中です。",
        "Please don't send it back yet.", "Bitte schicken Sie nichts zurück.", "Merci de ne rien renvoyer.",
    ],
)  # fmt: skip
def test_what_only_sounds_like_a_marker_is_sent(typed: str) -> None:
    assert read(typed, names={}).intent is FOR_CUSTOMER


@pytest.mark.parametrize(
    "typed",
    [
        "I asked in #acme-lawsuit about it", "I asked in <#C0123ABC> about it",
        "see <#C0123ABC|acme-lawsuit>",
        "ask #ops", "it is in #返金不正", "I asked in billing-escalations about it",
        "In Billing-Escalations, yes",
    ],
)  # fmt: skip
def test_the_name_of_a_slack_channel_is_the_teams(typed: str) -> None:
    reading = read(typed, names={}, channels=["billing-escalations", "support"])
    assert reading.intent is UNCLEAR
    assert reading.sign is not None
    assert reading.sign.kind is TeamSign.SLACK_CHANNEL


def test_a_slack_channel_called_by_an_everyday_word_holds_nothing() -> None:
    assert read("Write to our support, please.", names={}, channels=["support"]).intent is FOR_CUSTOMER


def test_the_sign_names_the_line_that_it_is_in() -> None:
    sign = read("Hello,\nwe will see.\n  Notiz fürs Team: er lügt", names={}).sign
    assert sign is not None
    assert sign.kind is TeamSign.MARKER
    assert sign.line.strip() == "Notiz fürs Team: er lügt"


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["a.txt"], "note: he lied"), (["a.txt"], "\n\n// margin is 60 %"),
        (["a.txt"], "Hi\nIntern: er lügt"),
        (["internal.pdf"], ""), (["team-only-prices.csv"], "a,b"), (["x.txt", "Note for the team"], ""),
        (["社内メモ.txt"], ""), (["internal_note.png"], ""), (["prices_INTERN.csv"], ""),
    ],
)  # fmt: skip
def test_a_file_that_is_named_or_begins_like_a_note_is_marked(names: list[str], text: str) -> None:
    assert is_marked_file(*names, text=text)


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["invoice.pdf", "Invoice"], ""), (["credit-note.pdf"], ""), (["nota-de-credito.pdf"], ""),
        (["log.txt"], "2026-01-01 user@host #ops started\n@ana"), (["delivery_note.pdf"], ""),
        (["prices.csv"], "name,price\nchair,5\ndesk,9\nnote: the fourth line"),
    ],
)  # fmt: skip
def test_an_ordinary_file_is_not_marked(names: list[str], text: str) -> None:
    assert not is_marked_file(*names, text=text)


@pytest.mark.parametrize(
    "text",
    [
        "a. " * 13_000, "_" * 40_000, "x" * 40_000, "( * " * 10_000, "so and " * 5_000, "kunde " * 6_000,
        "お客様に" * 10_000, "x\n" * 20_000, "- so to the " * 3_000, "#a" * 20_000, "`a" * 20_000,
        "> a\n" * 10_000,
        "```a```" * 5_000, "NOT " * 10_000, "a@" * 20_000, "/a" * 20_000,
        "hey hi yo " * 4_000, "und aber also bitte - " * 2_000,
    ],
)  # fmt: skip
def test_no_text_takes_long_to_judge(text: str) -> None:
    with processor_time(less_than=2):
        read(text, names={})


@pytest.mark.parametrize(
    "called", ["<@U012ANA>", "<!here>", "<#C024BE7LR|refunds>", "<!subteam^S012|@billing>"]
)
def test_who_is_called_in_a_program_is_called_all_the_same(called: str) -> None:
    assert read(f"```python\nif late:  # {called} he lied\n    pass\n```", names={}).intent is UNCLEAR
