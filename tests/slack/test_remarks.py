"""Whole sentences that are for the team, without any marker: what the learned judge makes of them."""

from __future__ import annotations

from itertools import islice

import pytest

from bot.desk.replies.signs import TeamSign
from bot.desk.replies.thread_messages import Intent
from bot.slack.text.from_slack import read
from bot.slack.text.markers.learned.languages import is_known
from bot.slack.text.markers.learned.model import WEIGHTS, remark_in, trained
from tests.clocks import processor_time
from tests.corpora.measure import SHARED_DIALOGUES, TRAINED_ON, spoken_by_assistants
from tests.corpora.train import checksum_of

# Bytes. What a container pulls and a process keeps.
LARGEST = 150_000


@pytest.mark.parametrize(
    "typed",
    [
        "he is lying about the date, don't refund him",
        "Can somebody check this before I send it?",
        "der Kunde blufft doch, gebt ihm nichts",
        "Kann da mal einer von euch drüberschauen, bevor ich das abschicke?",
        "¿alguien puede revisar esto antes de que se lo mande?",
        "quelqu'un peut relire avant que je lui envoie ?",
        "送る前に誰か見てもらえる？",
        "この人また嘘ついてると思う",
    ],
)
def test_a_sentence_that_teammates_say_to_each_other_is_held(typed: str) -> None:
    reading = read(typed, names={})
    assert reading.intent is Intent.UNCLEAR
    assert reading.sign is not None
    assert reading.sign.kind in (TeamSign.REMARK, TeamSign.MARKER)


def test_one_remark_among_plain_lines_is_held_and_named() -> None:
    plain = "Thank you for waiting!\nYour parcel left our warehouse today.\nIt arrives on Friday."
    remark = "he has no idea that we lost the first one, don't tell him"
    assert read(plain, names={}).intent is Intent.FOR_CUSTOMER
    sign = read(f"{plain}\n{remark}\nHave a nice day!", names={}).sign
    assert sign is not None
    assert sign.line == remark


@pytest.mark.parametrize(
    "typed",
    [
        "42", "ok?", "k", "Lena", "Yes", "Sí", "はい", "10:30", "😊", "👍", "#4471", "€ 18.50", "???",
        "We can do that", "Let me answer that", "how about saturday at ten", "it is booked now",
        "Run `npm i @acme/router` and restart.", "https://help.example.com/reset",
        "```python\nif he.lied:\n    ban(he)\n```", "```\nsync:\n  every: 10 minutes\n```\nPlease add this.",
        "> he never called me back\nI am sorry about that, he will call you today.",
        "| size | price |\n|---|---|\n| S | 10 |\n| M | 12 |",
        "Your order has been shipped and will arrive on Friday.",
        "My colleague will call you tomorrow between 9 and 11.",
        "Ihre Bestellung ist heute raus, sie kommt am Freitag.",
        "Su pedido salió hoy, le llega el viernes.",
        "Votre commande est partie, vous la recevrez vendredi.",
        "ご注文は本日発送いたしました。",
    ],
)  # fmt: skip
def test_a_plain_reply_is_sent(typed: str) -> None:
    assert read(typed, names={}).intent is Intent.FOR_CUSTOMER


@pytest.mark.parametrize(
    "typed",
    [
        "Il suo ordine è stato spedito oggi, arriva venerdì.",
        "Buongiorno, ho controllato: il pacco è a Milano.",
        "Può mandarci una foto dell'etichetta?", "Non si preoccupi, la chiamiamo domani.",
        "Uw bestelling is vandaag verzonden.", "Goedemorgen, wij hebben het pakket gevonden.",
        "Kunt u ons een foto van het etiket sturen?", "Geen probleem, ik heb het voor u aangepast.",
        "O seu pedido foi enviado hoje.", "Bom dia, você pode enviar uma foto da etiqueta?",
        "Państwa paczka już jest na poczcie.", "Din beställning är på väg, den kommer på fredag.",
        "Siparişiniz bugün kargoya verildi, teşekkürler.", "Ваш заказ отправлен сегодня.",
        "تم إرسال طلبك اليوم.", "주문하신 상품이 오늘 발송되었습니다.", "您的订单今天已经发货了。",
        "ההזמנה שלך נשלחה היום.",
    ],
)  # fmt: skip
def test_a_plain_reply_in_a_language_that_it_has_not_learned_is_sent(typed: str) -> None:
    assert read(typed, names={}).intent is Intent.FOR_CUSTOMER
    assert remark_in(typed) is None


@pytest.mark.parametrize(
    "typed", ["Ваш заказ отправлен.", "您的订单今天已经发货了。", "Het pakket ligt niet bij ons."]
)
def test_what_is_in_another_language_is_left_to_the_words(typed: str) -> None:
    assert not is_known([typed])


@pytest.mark.parametrize(
    "typed",
    [
        "```python\nx = 1\n# he has no idea that we lost it, don't tell him\nrun(x)\n```\nPaste this.",
        "```\nhe is lying about the date, don't refund him\n```",
    ],
)
def test_a_remark_in_a_block_of_code_is_held(typed: str) -> None:
    assert read(typed, names={}).intent is Intent.UNCLEAR


def test_an_ordinary_comment_in_a_program_is_sent() -> None:
    program = "```python\n# replace this with your own key before you run it\nclient = Client(key)\n```"
    assert read(f"{program}\nThat should fix it.", names={}).intent is Intent.FOR_CUSTOMER


def test_the_weights_are_those_that_the_corpora_give() -> None:
    """Training takes longer than a test should: `python -m tests.corpora.train` after a corpus changed."""
    assert trained().corpora == checksum_of(TRAINED_ON)
    assert WEIGHTS.stat().st_size <= LARGEST


@pytest.mark.skipif(not SHARED_DIALOGUES.exists(), reason="recorded dialogues are not part of the repository")
def test_hardly_anything_that_an_assistant_said_in_recorded_dialogues_is_held() -> None:
    said = list(islice(spoken_by_assistants(), 1_000))
    held = [text for text in said if read(text, names={}).intent is not Intent.FOR_CUSTOMER]
    assert len(held) <= len(said) / 100, held


@pytest.mark.parametrize(
    "text",
    [
        "he lied. " * 4_000, "a " * 20_000, "お客様に" * 10_000, "x" * 40_000, "é́" * 20_000, ", " * 20_000,
        "Name " * 8_000, "'’" * 20_000, "`a` " * 10_000, "> a\n" * 150, "a.b" * 10_000, "- x\n" * 290,
        "😇 " * 20_000, ": " * 20_000,
    ],
)  # fmt: skip
def test_no_text_takes_long_to_judge(text: str) -> None:
    with processor_time(less_than=2):
        remark_in(text)


def test_a_usual_reply_is_judged_in_two_milliseconds_and_the_longest_in_a_tenth_of_a_second() -> None:
    usual = (
        "Thank you for your patience! I checked with the warehouse: your bike left today. It arrives Friday."
    )
    read(usual, names={})
    with processor_time(less_than=0.2):
        for _ in range(100):
            remark_in(usual)
    with processor_time(less_than=0.1):
        remark_in((usual + " ") * 79)
