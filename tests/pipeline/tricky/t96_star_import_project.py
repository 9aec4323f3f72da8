# title: star import of a project module, one name rebound
# metrics: m
# %%file zstar.py
A = 2
B = 3
def h(x):
    return x * A
# %% a need
from zstar import *
# %% b need
B = 10
# %% c drop
C = A + 1
# %% d need
m = float(h(B))
