# title: lambdas in a list catch a loop variable late
# metrics: m
# %% a need
fs = [lambda x: x + shift for shift in (1, 2, 3)]
gs = []
for k in range(3):
    gs.append(lambda x: x * k)
# %% b need
k = 10
# %% c drop
probe = fs[0](0)
# %% d need
m = float(fs[0](1) + gs[0](2))
