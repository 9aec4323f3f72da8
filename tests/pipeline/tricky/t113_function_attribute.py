# title: a function carries a counter as an attribute
# metrics: m
# %% a need
def tick():
    tick.n += 1
    return tick.n
tick.n = 0
# %% b need
tick()
# %% c drop
name = tick.__name__
# %% d need
tick()
# %% e need
m = float(tick.n)
