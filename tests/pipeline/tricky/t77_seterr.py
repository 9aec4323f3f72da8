# title: np.seterr turns a warning into an error
# metrics: m
# %% a need
import numpy as np
v = np.array([1.0, 0.0])
# %% b need
old = np.seterr(divide="raise")
# %% c need
try:
    r = (1 / v).sum()
except FloatingPointError:
    r = -1.0
# %% d drop
w = v + 1
# %% e need
m = float(r)
