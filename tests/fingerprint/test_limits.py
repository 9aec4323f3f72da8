"""Long digests report how far they are, can be interrupted, and are sampled above a limit."""

from __future__ import annotations

import threading

import numpy as np
import pandas as pd
import pytest

from nbtrail.entities.comparison import DatasetDiff
from nbtrail.entities.dataset import Coverage
from nbtrail.fingerprint import digest
from nbtrail.fingerprint.digestdiff import diff_datasets
from nbtrail.fingerprint.files import digest_file
from nbtrail.fingerprint.forms import same_digest
from nbtrail.fingerprint.progress import set_hook

VALUES = np.arange(65_536 * 10 + 3)


def test_progress_rises_to_the_end():
    for value in (VALUES, pd.DataFrame({"a": VALUES, "b": VALUES / 7}), {"x": VALUES, "y": [1]}):
        seen: list[tuple[int, int]] = []
        assert digest(value, progress=lambda *s, seen=seen: seen.append(s)) == digest(value)
        done = [part for part, _ in seen]
        assert done == sorted(done)
        assert len(done) >= 10
        assert 0.9 < done[-1] / seen[-1][1] <= 1


def test_a_hook_sees_every_digest_until_it_is_taken_away(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(bytes(3 << 20))
    seen: list[tuple[int, int]] = []
    set_hook(lambda *step: seen.append(step))
    try:
        digest_file(path)
        assert seen == [(n << 20, 3 << 20) for n in (1, 2, 3)]
        digest(VALUES)
    finally:
        set_hook(None)
    count = len(seen)
    digest(VALUES)
    assert len(seen) == count > 10


def test_an_interrupt_passes_through_and_leaves_nothing_broken():
    def stop(done: int, _total: int) -> None:
        if done > VALUES.nbytes // 2:
            raise KeyboardInterrupt

    expected = digest(VALUES)
    with pytest.raises(KeyboardInterrupt):
        digest(VALUES, progress=stop)
    assert digest(VALUES) == expected


def test_threads_do_not_mix_their_blocks():
    values = [np.random.default_rng(i).normal(size=(3_000, 70)).T for i in range(4)]
    expected = [digest(v) for v in values]
    found: list = [None] * 4

    def work(i: int) -> None:
        found[i] = [digest(values[i]) for _ in range(5)]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[one] * 5 for one in expected]


def sampled(value, parts: int = 3):
    return digest(value, limit=-(-VALUES.nbytes // parts))


def test_sampled_digests_are_told_apart_by_their_rule():
    full, third, half = digest(VALUES), sampled(VALUES), sampled(VALUES, 2)
    assert [bool(b) for b in third.columns[0].blocks] == [i % 3 == 0 or i == 10 for i in range(11)]
    assert third.digest.coverage is Coverage.SAMPLED
    assert third.digest.content.startswith("xxh3-128/1~3:")
    for one, other in ((full, third), (third, half)):
        diff = diff_datasets(one, other)
        assert not diff.comparable
        assert diff.columns == ()
    other = VALUES.copy()
    other[-1] = 0
    assert not diff_datasets(third, sampled(other)).same_content
    assert diff_datasets(third, sampled(VALUES.copy())).same_content
    assert sampled({"a": VALUES, "b": 1}).digest.coverage is Coverage.SAMPLED


def test_forms_are_never_mixed():
    digits = "ab" * 16
    assert same_digest(f"xxh3-128/1:{digits}", f"xxh3-128/1:{digits}") is True
    assert same_digest(f"xxh3-128/1:{digits}", f"xxh3-128/1:{digits[::-1]}") is False
    assert same_digest(f"xxh3-128/0:{digits}", f"xxh3-128/1:{digits}") is None
    assert same_digest(f"xxh3-128/0:{digits}", f"xxh3-128/1:{digits}", file=True) is True
    assert same_digest(f"xxh3-128/1~2:{digits}", f"xxh3-128/1:{digits}", file=True) is None


def test_what_can_not_be_compared_makes_no_claim():
    assert DatasetDiff(same_content=True, same_schema=True).comparable
