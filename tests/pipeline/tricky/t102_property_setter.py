# title: a property setter changes another attribute
# metrics: m
# %% a need
class Temp:
    def __init__(self):
        self._c = 0.0
        self.log = []
    @property
    def f(self):
        return self._c * 9 / 5 + 32
    @f.setter
    def f(self, v):
        self._c = (v - 32) * 5 / 9
        self.log.append(v)
# %% b need
t = Temp()
# %% c need
t.f = 212
# %% d drop
shown = t.f
# %% e need
m = float(t._c + len(t.log))
