"""Whoever listens on the event bus is told that a trail changed, and of nothing else."""

from __future__ import annotations

import asyncio
import json

import pytest

from nbtrail.entities.provenance import Session
from nbtrail.store import operations

NOTEBOOK = "project/notebooks/train.ipynb"


async def _next(socket, seconds=10.0):
    while True:
        text = await asyncio.wait_for(socket.read_message(), seconds)
        event = json.loads(text)
        if event["schema_id"].startswith("https://events.nbtrail.org/"):
            return event


async def test_a_new_run_is_hinted_at(get, add, jp_ws_fetch):
    add("one")
    await get("status", notebook=NOTEBOOK)
    socket = await jp_ws_fetch("api", "events", "subscribe")
    add("two")
    assert (await _next(socket))["project"] == "project"
    socket.close()


async def test_a_new_trail_is_hinted_at(get, jp_ws_fetch, jp_root_dir, request):
    await get("status", notebook=NOTEBOOK)
    socket = await jp_ws_fetch("api", "events", "subscribe")
    request.getfixturevalue("add")("first")
    assert (await _next(socket))["project"] == "project"
    socket.close()


async def test_trails_that_nobody_looked_at_are_left_alone(add, jp_ws_fetch, get, jp_root_dir):
    socket = await jp_ws_fetch("api", "events", "subscribe")
    await get("status")
    add("two")
    with pytest.raises(TimeoutError):
        await _next(socket, 1.5)
    socket.close()


async def test_a_session_alone_counts_as_a_change(get, store, jp_ws_fetch):
    """Whatever is committed may be shown one day; heartbeats are not."""
    await get("status", notebook=NOTEBOOK)
    socket = await jp_ws_fetch("api", "events", "subscribe")
    session = Session("0" * 32, 1, "n.ipynb", ".", "3", "/p", "h")
    store.call(operations.start_session(session))
    assert (await _next(socket))["project"] == "project"
    with pytest.raises(TimeoutError):
        await _next(socket, 7.0)
    socket.close()
