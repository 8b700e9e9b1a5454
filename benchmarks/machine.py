"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from benchmarks.databases import Databases


async def described(databases: Databases) -> str:
    """Cores, processor, system, versions, and how busy the machine was before."""
    load = ", ".join(f"{one:.2f}" for one in os.getloadavg())
    return (
        f"{_cores()} cores of {_processor()}; {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}; {await databases.versions()}; commit {_commit()}; "
        f"load before: {load}"
    )


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 0


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _commit() -> str:
    try:
        asked = ("git", "describe", "--always", "--dirty")
        told = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603 - fixed words
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return told.stdout.strip()
