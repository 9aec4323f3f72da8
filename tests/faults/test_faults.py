"""Kills, failing disks, power cuts and interrupts: the quick set.

The long one is ``python benchmarks/faults.py``.
"""

from __future__ import annotations

import random
import shutil

import pytest
from disk import MODELS, Disk, Event
from failing import failing_calls, failing_in_verb
from interrupts import interrupts
from kills import (
    crowds,
    kills_at_calls,
    kills_at_random,
    kills_in_creation,
    kills_in_migration,
    kills_in_verb,
    kills_without_locks,
)
from powercuts import power_cuts
from preload import SOURCE, built
from tally import Report
from verbs import VERBS

pytestmark = pytest.mark.slow


def none_wrong(report: Report) -> None:
    assert report.problems == []
    assert report.hits >= report.trials // 2  # the fault came while something was being done


def test_a_kill_at_any_instant_loses_no_promise_and_200_ms_at_most() -> None:
    report = kills_at_random(100)
    none_wrong(report)
    assert report.promises > 1000


def test_a_kill_where_files_have_no_locks_loses_no_promise() -> None:
    none_wrong(kills_without_locks(16))


def test_a_kill_at_any_call_loses_no_promise() -> None:
    none_wrong(kills_at_calls(40))


def test_a_kill_while_a_trail_is_made_leaves_no_ruin() -> None:
    none_wrong(kills_in_creation(40))


def test_a_kill_while_a_trail_is_brought_up_to_date_leaves_the_old_or_the_new_one() -> None:
    none_wrong(kills_in_migration(40))


def test_eight_processes_begin_at_once_on_a_new_an_old_and_a_present_trail() -> None:
    none_wrong(crowds(6))


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_verb_that_is_killed_can_be_done_again(verb: str) -> None:
    none_wrong(kills_in_verb(verb, 16))


def test_calls_that_fail_cost_a_warning_and_nothing_else() -> None:
    none_wrong(failing_calls(60))


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_verb_whose_calls_fail_says_so_and_can_be_done_again(verb: str) -> None:
    none_wrong(failing_in_verb(verb, 8))


def test_a_power_cut_loses_no_promise_and_a_second_at_most() -> None:
    report = power_cuts(100)
    none_wrong(report)
    assert report.promises > 1000


def test_a_power_cut_would_show_what_is_not_synced() -> None:
    report = power_cuts(40, careless=True)
    assert any("a promise was not kept" in problem for problem in report.problems)


def test_an_interrupt_at_any_moment_arrives_and_loses_nothing() -> None:
    none_wrong(interrupts(200))


# ---------------------------------------------------------------- what the trials are made with


@pytest.mark.parametrize("model", MODELS)
def test_the_disk_keeps_what_was_synced_and_may_lose_the_rest(model: str) -> None:
    def image(*events: Event) -> set[bytes | None]:
        found = set()
        for seed in range(200):
            disk = Disk("/d")
            for event in events:
                disk.apply(event, model)
            found.add(disk.after_power_cut(model, random.Random(seed)).get("/d/f"))
        return found

    folder = Event("O", 1, 0, b"/d", b"d")
    made, sync = Event("O", 2, 0, b"/d/f", b"f"), Event("S", 2, 0, b"", b"")
    sync_folder = Event("S", 1, 0, b"", b"")
    old, new = Event("W", 2, 0, b"a" * 1024, b""), Event("W", 2, 0, b"b" * 1024, b"")
    assert None in image(folder, made, old)  # not even the name is safe
    assert image(folder, made, old, sync, sync_folder) == {b"a" * 1024}
    torn = image(folder, made, old, sync, sync_folder, new)
    assert {b"a" * 1024, b"b" * 1024, b"b" * 512 + b"a" * 512} <= torn
    assert all(set(data) <= set(b"ab") for data in torn if data is not None)


def test_without_a_compiler_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(RuntimeError, match="apt-get install gcc"):
        built()
    assert SOURCE.exists()
