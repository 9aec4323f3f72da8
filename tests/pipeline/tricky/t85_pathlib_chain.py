# title: pathlib writes, renames, globs
# metrics: m
# %% a need
from pathlib import Path
root = Path("parts")
root.mkdir(exist_ok=True)
# %% b need
for i in range(3):
    (root / f"p{i}.txt").write_text(str(i + 1))
# %% c need
(root / "p0.txt").rename(root / "q0.txt")
# %% d drop
Path("notes.md").write_text("later")
# %% e need
m = float(sum(int(p.read_text()) for p in root.glob("p*.txt")))
