# title: a decorator registers functions elsewhere
# metrics: m
# %% a need
STEPS = []
def step(f):
    STEPS.append(f)
    return f
# %% b need
@step
def double(x):
    return 2 * x
# %% c need
@step
def inc(x):
    return x + 1
# %% d drop
def unused(x):
    return x ** 9
# %% e need
v = 5
for f in STEPS:
    v = f(v)
m = float(v)
