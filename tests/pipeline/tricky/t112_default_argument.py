# title: a mutable default argument remembers
# metrics: m
# %% a need
def push(v, into=[]):
    into.append(v)
    return into
# %% b need
push(1)
# %% c drop
push(5, [])
# %% d need
push(2)
# %% e need
m = float(sum(push(3)))
