# title: += on lists, arrays, sets and tuples behaves differently
# metrics: m
# %% a need
import numpy as np
l = [1]; la = l
t = (1,); ta = t
a = np.ones(2); aa = a
s = {1}; sa = s
# %% b need
l += [2]
# %% c drop
t += (5,)
# %% d need
a += 3
# %% e need
s |= {7}
# %% f need
m = float(sum(la) + sum(ta) + aa.sum() + sum(sa))
