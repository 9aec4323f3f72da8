"""What cells show is kept with their runs; long digests tell how far they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.kernel.conftest import Kernel


def test_a_figure_becomes_an_artifact_and_texts_are_kept_when_asked(
    kernel: Callable[..., Kernel],
) -> None:
    session = kernel(NBTRAIL_KEEP_OUTPUT="1")
    session.run("%load_ext nbtrail")
    session.run(
        "%%track drawn\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);\nprint('drawn', 1 + 1)"
    )
    session.run("%%track open -t a=1\nfig, ax = plt.subplots()\nfig")
    session.run("%%track plain\nx = 1")
    found = session.value(
        "[[(a.path, a.media_type) for a in __import__('nbtrail').get_run(r).artifacts]"
        " for r in ('drawn', 'open', 'plain')]"
    )
    figure = "('figures/figure-1.png', 'image/png')"
    assert found.startswith(f"[[{figure}], [{figure}")
    assert found.endswith("[]]")
    session.run("import sqlite3\ndb = sqlite3.connect('.nbtrail/nbtrail.db')")
    texts = session.value(
        "[t for (t,) in db.execute('SELECT output FROM cells WHERE length(output) > 0')]"
    )
    assert texts == "['drawn 2\\n']"


def test_a_long_digest_shows_one_line_and_an_interrupt_loses_no_run(
    kernel: Callable[..., Kernel], tmp_path: Path
) -> None:
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(7_900_000_000)  # sparse: nothing is on the disk
    session = kernel()
    session.run("%load_ext nbtrail")
    source = "%%track large -m m\nwith open('large.bin', 'rb') as f:\n    m = len(f.read(10))"
    reply = session.run(source, interrupt_after=1.3)
    shown = [text for kind, text, *_ in reply.outputs if kind == "display_data"]
    assert any(text.startswith("nbtrail reads the data") and "7.9 GB" in text for text in shown)
    assert reply.status == "ok", "the cell itself was over"
    found = session.value(
        "(r := __import__('nbtrail').get_run('large')).status.value, r.metric('m').last"
    )
    assert found == "FINISHED 10.0"
