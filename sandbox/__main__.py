"""`python -m sandbox --port 9000`: a workspace that stays up, with the settings a bot needs for it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys

from sandbox.workspace import Workspace

SETTINGS = """\
A Slack workspace is up at {url}
Open that address to act as {people}. For a bot in another shell:

export SLACK_API_URL={api_url}
export SLACK_BOT_TOKEN={bot_token}
export SLACK_APP_TOKEN={app_token}
export SLACK_SIGNING_SECRET={signing_secret}
export SLACK_CHANNEL={channel}

Ctrl-C ends it; nothing is kept.
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=9000, help="port, 0 for a free one (default: %(default)s)"
    )
    parser.add_argument("--events-url", help="send events here over HTTP instead of over web sockets")
    parser.add_argument(
        "--post-rate", type=float, help="posts a second into one channel, as Slack limits to about 1"
    )
    parser.add_argument(
        "--tiers", action="store_true", help="limit each method's calls a minute, as Slack does"
    )
    parser.add_argument(
        "--no-log", action="store_true", help="keep no log of calls and events, for runs of many messages"
    )
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    slack = Workspace(post_rate=options.post_rate, keep_log=not options.no_log)
    slack.rules.tiers = options.tiers
    await slack.start(host=options.host, port=options.port)
    try:
        sys.stdout.write(
            SETTINGS.format(
                url=slack.url,
                people="Ana, Ben or Chloe",
                api_url=slack.api_url,
                bot_token=slack.bot_token,
                app_token=slack.app_token,
                signing_secret=slack.signing_secret,
                channel=slack.channel("live-chat").id,
            )
        )
        sys.stdout.flush()
        if options.events_url:
            await slack.deliver_events_to(options.events_url)
        ended = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        await ended.wait()
    finally:
        await slack.stop()


def main() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments()))


if __name__ == "__main__":
    main()
