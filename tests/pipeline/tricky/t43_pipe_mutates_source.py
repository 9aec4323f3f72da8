# title: a piped function is given a copy of the frame, not the frame
# metrics: m
# %% a need
import pandas as pd
src = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
# %% b drop
def clip(d):
    d["a"] = d["a"].clip(upper=2)
    return d.assign(b=1)
# %% c drop
out = src.pipe(clip)
# %% d need
m = float(src["a"].sum())
