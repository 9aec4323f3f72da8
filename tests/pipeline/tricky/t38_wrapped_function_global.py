# title: functools.wraps, the wrapper reads a global set later
# metrics: m
# %% a need
import functools
def scaled(f):
    @functools.wraps(f)
    def inner(*args):
        return f(*args) * SCALE
    return inner
# %% b drop
SCALE = 2
# %% c need
@scaled
def area(a, b):
    return a * b
# %% d need
SCALE = 10
# %% e need
m = float(area(2, 3))
