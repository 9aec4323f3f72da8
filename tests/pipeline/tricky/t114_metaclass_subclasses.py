# title: __init_subclass__ registers subclasses
# metrics: m
# %% a need
class Base:
    kinds = []
    def __init_subclass__(cls, **kw):
        super().__init_subclass__(**kw)
        Base.kinds.append(cls)
# %% b need
class A(Base):
    v = 1
# %% c need
class B(Base):
    v = 20
# %% d drop
class Apart:
    v = 300
# %% e need
m = float(sum(k.v for k in Base.kinds))
