# title: from-import keeps the old function when the module is reloaded
# metrics: m
# %%file zfrom.py
K = 2
def g(x):
    return x * K
# %% a need
import importlib
import zfrom
from zfrom import g
# %%edit zfrom.py
K = 50
def g(x):
    return x + K
# %% b need
importlib.reload(zfrom)
# %% c need
m = float(g(3) + zfrom.g(4))
