"""Which addresses get our token."""

from __future__ import annotations

import pytest

from bot.slack.api.downloads import SlackHost


@pytest.mark.parametrize(
    ("api", "url", "ours"),
    [
        ("https://slack.com/api/", "https://files.slack.com/files-pri/T1-F1/download/a.png", True),
        ("https://slack.com/api/", "https://slack.com/files-pri/T1-F1/a.png", True),
        ("https://www.slack.com/api/", "https://files.slack.com/files-pri/T1-F1/a.png", True),
        ("https://slack-gov.com/api/", "https://files.slack-gov.com/files-pri/T1-F1/a.png", True),
        ("http://127.0.0.1:9000/api/", "http://127.0.0.1:9000/files-pri/T1-F1/a.png", True),
        ("http://127.0.0.1:9000/api/", "http://127.0.0.1:9001/files-pri/T1-F1/a.png", False),
        ("http://127.0.0.1:9000/api/", "https://files.slack.com/files-pri/T1-F1/a.png", False),
        ("https://slack.com/api/", "http://files.slack.com/files-pri/T1-F1/a.png", False),
        ("https://slack.com/api/", "https://files.slack.com.evil.example/a.png", False),
        ("https://slack.com/api/", "https://evil.example/files.slack.com/a.png", False),
        ("https://slack.com/api/", "https://files.slack.com@evil.example/a.png", False),
        ("https://slack.com/api/", "https://evilslack.com/a.png", False),
        ("https://slack.com/api/", "https://files.slack.com:8443/a.png", False),
        ("https://slack.com/api/", "https://someone@files.slack.com/a.png", False),
        ("https://slack.com/api/", "https://drive.example/a.png", False),
        ("https://slack.com/api/", "https://[broken/a.png", False),
        ("https://slack.com/api/", "", False),
    ],
)
def test_only_slacks_own_hosts_get_the_token(api: str, url: str, ours: bool) -> None:
    assert SlackHost(api).owns(url) is ours
