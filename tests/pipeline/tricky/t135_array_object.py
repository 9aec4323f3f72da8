# title: array.array and numpy.frombuffer share memory
# metrics: m
# %% a need
import array
import numpy as np
a = array.array("d", [1.0, 2.0])
v = np.frombuffer(a)
# %% b need
a[0] = 10.0
# %% c drop
b = array.array("d", a)
# %% d need
m = float(v.sum())
