"""How much one caller may ask for."""

from __future__ import annotations

import ipaddress
import math
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.web.api.problems import TooMany

# Some proxies write down the port as well.
_WITH_PORT = re.compile(r"\[(?P<v6>[^\]]*)\](:\d+)?|(?P<v4>[0-9.]+):\d+")

Seconds = float
Monotonic = Callable[[], Seconds]


@dataclass(frozen=True, slots=True)
class CallRate:
    """So many each second on average, and so many at once."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process gives to one caller, and to all. Times are in seconds.

    `trusted_proxies` is how many reverse proxies stand in front and append to X-Forwarded-For; with 0 that
    header, which anybody can write, is not read. `conversations` is what one address may start, and what an
    IPv6 /56 and a /48 may start together: one subscriber may have all of it. `open_streams` is for the
    process, `streams_each` for one conversation, `streams_from` for one address. `starts_in_all` is for
    everybody together, and so is `bytes_in_all`; `bytes_each` is what one address may have stored. `poll` is
    how often news that no ring announced are looked for, for all streams together. `deadline` is how long a
    request may wait for the database, `send_timeout` how long a stream or a file waits for a client that
    neither reads nor sends, and `body_deadline` how long a body may take to arrive. A file may take longer,
    but after `send_timeout` not fewer than `slowest` bytes a second on average, either way: who sends a byte
    now and then would hold its connection for ever.
    """

    messages: CallRate = CallRate(per_second=20, burst=60)
    conversations: CallRate = CallRate(per_second=10, burst=100)
    starts_in_all: CallRate = CallRate(per_second=50, burst=500)
    uploads: CallRate = CallRate(per_second=0.1, burst=30)
    # In kilobytes: 200 MB at once and 200 MB an hour from one address, ten times that from all together.
    bytes_each: CallRate = CallRate(per_second=55, burst=200_000)
    bytes_in_all: CallRate = CallRate(per_second=550, burst=2_000_000)
    glances: CallRate = CallRate(per_second=2, burst=20)
    trusted_proxies: int = 0
    open_streams: int = 20_000
    streams_each: int = 20
    streams_from: int = 500
    poll: Seconds = 2.0
    ping: Seconds = 15.0
    send_timeout: Seconds = 30.0
    deadline: Seconds = 10.0
    body_deadline: Seconds = 20.0
    slowest: float = 2_000


class Limiter:
    """Holds each key to a rate; remembers one number for each key and at most `capacity` keys.

    A key that is forgotten for lack of room, the one longest unused, starts over with a full burst.
    """

    def __init__(self, rate: CallRate, clock: Monotonic, *, capacity: int = 50_000) -> None:
        self._interval = 1 / rate.per_second
        self._slack = (rate.burst - 1) * self._interval
        self._clock = clock
        self._capacity = capacity
        self._due: OrderedDict[str, Seconds] = OrderedDict()

    def count(self, key: str, number: int = 1) -> None:
        """Count so many more for `key`. Raises `TooMany` if that is more than its rate allows now."""
        now = self._clock()
        due = max(self._due.get(key, now), now)
        excess = due + (number - 1) * self._interval - now - self._slack
        if excess > 1e-9:
            raise TooMany(retry_after=max(1, math.ceil(excess)))
        self._due[key] = due + number * self._interval
        self._due.move_to_end(key)
        if len(self._due) > self._capacity:
            self._due.popitem(last=False)


class Patience:
    """How long the next bytes of a file may take, as `Limits` says of `send_timeout` and `slowest`."""

    def __init__(self, limits: Limits, clock: Monotonic) -> None:
        self._silence = limits.send_timeout
        self._slowest = limits.slowest
        self._clock = clock
        self._began = clock()
        self._passed = 0

    def passed(self, size: int) -> None:
        self._passed += size

    @property
    def left(self) -> Seconds:
        """None at all, or less, where it is over."""
        allowed = self._silence + self._passed / self._slowest
        return min(self._silence, self._began + allowed - self._clock())


def address_of(request: web.Request, *, trusted_proxies: int) -> str:
    """Whom to count a request against, as `counted_as` says."""
    address = request.remote or ""
    if trusted_proxies:
        chain = [
            one.strip() for line in request.headers.getall("X-Forwarded-For", []) for one in line.split(",")
        ]
        if len(chain) >= trusted_proxies:
            address = chain[-trusted_proxies]
    return counted_as(address)


def counted_as(address: str) -> str:
    """Whom an address is counted as: an IPv4 address, or the /64 that one IPv6 subscriber has to itself."""
    found = _WITH_PORT.fullmatch(address)
    bare = address if found is None else found["v6"] or found["v4"] or ""
    try:
        parsed = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    # An IPv4 address as a socket for both shows it.
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


def wider_than(counted: str) -> Sequence[str]:
    """The networks around what `counted_as` says: one subscriber may have as many /64 as fit into them."""
    try:
        network = ipaddress.IPv6Network(counted)
    except ValueError:
        return ()
    return [str(network.supernet(new_prefix=length)) for length in (56, 48)]
