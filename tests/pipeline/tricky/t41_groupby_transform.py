# title: groupby chains; one derived column unused
# metrics: m
# %% a need
import numpy as np  #: drop
import pandas as pd
df = pd.DataFrame({"g": list("aabbc"), "v": [1.0, 2.0, 3.0, 5.0, 8.0]})
# %% b need
df["mean"] = df.groupby("g")["v"].transform("mean")
# %% c drop
summary = df.groupby("g").agg(n=("v", "size"))
# %% d need
df["z"] = df["v"] - df["mean"]
# %% e need
m = float((df["z"] ** 2).sum())
