# title: a closure counts with nonlocal
# metrics: m
# %% a need
def counter(start):
    n = start
    def up(by=1):
        nonlocal n
        n += by
        return n
    return up
# %% b need
up = counter(10)
# %% c need
up()
# %% d drop
counter(3)()
# %% e need
up(by=5)
# %% f need
m = float(up())
