# title: statements before and after an error in one cell
# metrics: m
# %% a need
x = 1  #: drop
# %% b need raises
x = 5
y = x + 1
1 / 0  #: drop
y = 100  #: drop
# %% c need
m = float(x * 10 + y)
