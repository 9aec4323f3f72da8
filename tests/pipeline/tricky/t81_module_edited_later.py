# title: a module edited after its import, never reloaded
# metrics: m
# %%file zlater.py
def g(x):
    return x + 1
# %% a need
import zlater
# %% b need
v = zlater.g(1)
# %%edit zlater.py
def g(x):
    return x * 1000
# %% c drop
w = 5
# %% d need
m = float(v + zlater.g(5))
