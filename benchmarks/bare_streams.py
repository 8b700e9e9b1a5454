"""The floor of streams: an aiohttp server that holds event streams and pushes to the one it is told to."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

from aiohttp import web

from benchmarks.open_files import raise_limit
from benchmarks.processes import announce, parent_ended

MODULE = "benchmarks.bare_streams"


async def serve() -> None:
    raise_limit()
    streams: dict[str, web.StreamResponse] = {}

    async def events(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        await response.write(b"retry: 2000\n\n")
        streams[request.match_info["id"]] = response
        await asyncio.Event().wait()
        return response

    async def push(request: web.Request) -> web.Response:
        said = await request.json()
        entry = {"text": said["text"], "created_at": datetime.now(UTC).isoformat()}
        await streams[request.match_info["id"]].write(f"data: {json.dumps(entry)}\n\n".encode())
        return web.json_response({"seq": 1}, status=202)

    app = web.Application()
    app.router.add_get("/v1/conversations/{id}/events", events)
    app.router.add_post("/v1/conversations/{id}/messages", push)
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    announce(address=f"http://{host}:{port}")
    await parent_ended()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve())
