# title: setattr, __dict__ and vars write attributes
# metrics: m
# %% a need
class Box:
    pass
b = Box()
c = b
# %% b need
setattr(b, "x", 3)
# %% c need
b.__dict__["y"] = 4
# %% d need
vars(c).update(z=5)
# %% e drop
seen = getattr(b, "x")
# %% f need
m = float(c.x + b.y * 10 + b.z * 100)
