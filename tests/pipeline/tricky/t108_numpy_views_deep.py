# title: transposes, slices, ravel and as_strided share memory
# metrics: m
# %% a need
import numpy as np
X = np.arange(12.0).reshape(3, 4)
row = X[1]
flat = X.ravel()
T = X.T
# %% b need
T[0, 2] = 100
# %% c need
flat[:2] = -1
# %% d drop
own = X.flatten()
# %% e drop
own[0] = 5
# %% f need
row *= 2
# %% g need
m = float(X.sum())
