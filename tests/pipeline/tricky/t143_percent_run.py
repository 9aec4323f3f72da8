# title: %run executes a script of the project, its names are used
# metrics: m
# %%file other.py
import math
offset = math.floor(3.7)
def helper(x):
    return x + offset
# %% a need
%run other.py
# %% b drop
unused = 3
# %% c need
m = float(helper(4))
