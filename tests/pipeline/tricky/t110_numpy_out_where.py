# title: ufuncs with out=, put, fill and copyto
# metrics: m
# %% a need
import numpy as np
a = np.arange(5.0)
buf = np.zeros(5)
# %% b need
np.multiply(a, 2, out=buf)
# %% c need
np.put(buf, [0], [50])
# %% d need
np.copyto(buf[3:], 1)
# %% e drop
c = np.clip(a, 0, 1)
# %% f need
np.random.seed(3)
np.random.shuffle(buf)
# %% g need
m = float(buf[0] * 10 + buf.sum())
