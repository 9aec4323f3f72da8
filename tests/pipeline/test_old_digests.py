"""A pipeline exported before the digests' form was frozen is verified by what can be compared."""

from __future__ import annotations

from nbtrail.entities.pipeline import Manifest, Outcome, PipelineInput
from nbtrail.pipeline.judge import judge
from nbtrail.pipeline.runner import Replay
from nbtrail.pipeline.verify import _inputs

OLD, NEW = "xxh3-128/0:" + "ab" * 16, "xxh3-128/1:" + "cd" * 16


def found(digest: str) -> Replay:
    replay = Replay()
    replay.metrics["auc"] = 0.5
    replay.data.append(["X", "training", digest])
    replay.models["model"] = digest
    return replay


def manifest(digest: str) -> Manifest:
    return Manifest(
        1,
        "a" * 32,
        "run",
        0,
        "b" * 64,
        metrics={"auc": 0.5},
        data={"X (training)": digest},
        models={"model": digest},
    )


def test_digests_of_an_older_form_are_unchecked_and_no_difference():
    verdict = judge(manifest(OLD), found(NEW))
    assert verdict.outcome is Outcome.EXACT
    assert [check.kind for check in verdict.checks] == ["run", "metric"]
    assert [text.partition(":")[0] for text in verdict.unchecked] == [
        "Data X (training)",
        "Model model",
    ]


def test_digests_of_one_form_are_held_against_each_other():
    assert judge(manifest(NEW), found(NEW)).outcome is Outcome.EXACT
    other = judge(manifest(NEW), found(NEW[:-1] + "0"))
    assert other.outcome is Outcome.NOT_REPRODUCIBLE
    assert judge(manifest(OLD), found(OLD[:-1] + "0")).outcome is Outcome.NOT_REPRODUCIBLE


def test_files_hash_the_same_in_both_forms(tmp_path):
    from nbtrail.fingerprint.files import digest_file

    (tmp_path / "a.csv").write_text("x\n1\n")
    now = digest_file(tmp_path / "a.csv").digest.content
    before = now.replace("/1:", "/0:")

    def inputs(recorded: str):
        one = PipelineInput("data", "a.csv", "0" * 64, 4, recorded)
        return _inputs(tmp_path, Manifest(1, "a" * 32, "run", 0, "b" * 64, inputs=(one,)))

    checks, doubts = inputs(before)
    assert [check.equal for check in checks] == [True]
    assert doubts == []
    checks, _ = inputs(before[:-1] + ("0" if before[-1] != "0" else "1"))
    assert [check.equal for check in checks] == [False]
    checks, doubts = inputs("blake3:" + "0" * 64)
    assert checks == []
    assert "a.csv" in doubts[0]
