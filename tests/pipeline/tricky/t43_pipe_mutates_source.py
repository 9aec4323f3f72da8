# title: a piped function changes the frame it is given
# metrics: m
# %% a need
import pandas as pd
src = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
# %% b need
def clip(d):
    d["a"] = d["a"].clip(upper=2)
    return d.assign(b=1)
# %% c need
out = src.pipe(clip)
# %% d need
m = float(src["a"].sum())
