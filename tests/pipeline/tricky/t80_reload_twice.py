# title: a module loaded three times, each version used once
# metrics: m
# %%file zver.py
def g():
    return 1
# %% a need
import importlib
import zver
# %% b need
a = zver.g()
# %%edit zver.py
def g():
    return 20
# %% c need
importlib.reload(zver)
# %% d need
b = zver.g()
# %%edit zver.py
def g():
    return 300
# %% e need
importlib.reload(zver)
# %% f need
m = float(a + b + zver.g())
