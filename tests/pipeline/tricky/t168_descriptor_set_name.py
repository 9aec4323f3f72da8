# title: descriptors with __set_name__ validate and count, slots in a subclass
# metrics: m
# %% a need
class Checked:
    stored = 0
    def __set_name__(self, owner, name):
        self.name = "_" + name
    def __get__(self, obj, kind=None):
        return self if obj is None else getattr(obj, self.name, 0) * self.factor
    def __set__(self, obj, value):
        Checked.stored += 1
        setattr(obj, self.name, value)
    factor = 2
# %% b need
class Box:
    width = Checked()
    height = Checked()
class Slim(Box):
    __slots__ = ("extra",)
# %% c need
box = Slim()
box.width, box.height = 3, 4
# %% d need
box.extra = 100
# %% e drop
other = Box()
# %% f need
Box.__dict__["height"].factor = 5
# %% g need
m = float(box.width * box.height + Checked.stored + box.extra)
