# title: a descriptor keeps values in a shared dictionary
# metrics: m
# %% a need
class Stored:
    data = {}
    def __set_name__(self, owner, name):
        self.name = name
    def __get__(self, obj, kind=None):
        return Stored.data.get((id(obj), self.name), 0)
    def __set__(self, obj, value):
        Stored.data[id(obj), self.name] = value
class P:
    x = Stored()
# %% b need
p = P()
# %% c need
p.x = 6
# %% d drop
q = P()
# %% e need
m = float(p.x)
