# title: __iadd__ and __setitem__ of a user class
# metrics: m
# %% a need
class Vec:
    def __init__(self, xs):
        self.xs = list(xs)
    def __iadd__(self, o):
        self.xs = [a + o for a in self.xs]
        return self
    def __setitem__(self, i, v):
        self.xs[i] = v * 2
    def __getitem__(self, i):
        return self.xs[i]
# %% b need
v = Vec([1, 2]); w = v
# %% c need
w += 10
# %% d need
v[0] = 7
# %% e drop
first = w[1]
# %% f need
m = float(w[0] + v[1])
