# title: a JSON file is edited between two reads of it
# metrics: m
# refused: conf.json was changed after
# %%file conf.json
{"alpha": 2, "cols": ["a", "b"]}
# %% a need
import json
from pathlib import Path
# %% b need
conf = json.loads(Path("conf.json").read_text())
# %% c need
first = conf["alpha"] * len(conf["cols"])
# %%edit conf.json
{"alpha": 30, "cols": ["a"]}
# %% d need
conf = json.loads(Path("conf.json").read_text())
# %% e need
m = float(first + conf["alpha"])
