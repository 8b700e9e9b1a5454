"""A Slack workspace on this machine that speaks Slack's own protocols.

    async with Workspace() as slack:
        ...  # a bot with SLACK_API_URL=slack.api_url, slack.bot_token and slack.app_token
        ts = await slack.person("ana").post("live-chat", "Hello")

A bot runs against it unchanged but for its API base URL. State is in memory; it listens on loopback.
"""

from sandbox.errors import PersonError
from sandbox.outside.remote import RemoteWorkspace
from sandbox.people.person import WorkspacePerson
from sandbox.workspace import Workspace

__all__ = ["PersonError", "RemoteWorkspace", "Workspace", "WorkspacePerson"]
