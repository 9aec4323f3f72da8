# title: walrus in conditions and comprehensions
# metrics: m
# %% a need
data = [3, 1, 4, 1, 5]
# %% b need
if (n := len(data)) > 3:
    big = [y for x in data if (y := x * n) > 9]
# %% c drop
print(last := data[-1])
# %% d need
m = float(sum(big) + n + y)
