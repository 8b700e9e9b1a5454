"""How many connections this process may hold."""

from __future__ import annotations

import resource

# Besides its connections a process has a database, a log and the like.
SPARE = 200


def raise_limit() -> int:
    """Allow as many open files as the system lets us; returns how many connections that leaves."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if most == resource.RLIM_INFINITY else most
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return wanted - SPARE
