# title: writing to the array a frame was made of
# metrics: m
# %% a need
import numpy as np
import pandas as pd
raw = np.array([[1.0, 2.0], [3.0, 4.0]])
# %% b need
df = pd.DataFrame(raw, columns=["a", "b"], copy=False)
# %% c need
raw[0, 0] = 50.0
# %% d drop
raw2 = raw.copy()
# %% e need
m = float(df["a"].sum())
