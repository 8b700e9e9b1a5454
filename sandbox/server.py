"""The workspace's one HTTP server, and what stands at which address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.outside.console import Console
from sandbox.outside.control import Control
from sandbox.people.uploads import MOST_BYTES
from sandbox.screen import Screen

if TYPE_CHECKING:
    from sandbox.core import Core
    from sandbox.web_api.server import WebApi
    from sandbox.workspace import Workspace


class Server:
    """Serves the Web API, the web sockets, response URLs, files, and the people's side."""

    def __init__(self, core: Core, web_api: WebApi, workspace: Workspace) -> None:
        self._core = core
        app = web.Application(client_max_size=MOST_BYTES)
        control = Control(core)
        console = Console(workspace)
        self._screen = Screen(core)
        app.add_routes(
            [
                web.route("*", "/api/{method}", web_api.handle),
                web.get("/link/", core.sockets.connect),
                web.post("/{kind:actions|commands|app}/{team}/{key}", core.response_urls.take),
                web.post("/upload/v1/{file}", core.uploads.take),
                web.get("/files-pri/{team:[A-Z0-9]+}-{file:[A-Z0-9]+}/{rest:.*}", core.uploads.give),
                web.post("/sandbox/people/{name}/{action}", control.handle),
                web.post("/sandbox/workspace/{action}", console.handle),
                *self._screen.routes(),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)

    async def start(self, *, host: str, port: int) -> str:
        """Listen; returns the URL."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0][1]
        return f"http://{host}:{bound}"

    async def stop(self) -> None:
        self._screen.close()
        await self._runner.cleanup()
