# title: rows of [[0]] * 3 are one list
# metrics: m
# %% a need
grid = [[0] * 2] * 3
# %% b need
grid[0][1] = 5
# %% c drop
safe = [[0] * 2 for _ in range(3)]
# %% d drop
safe[0][0] = 7
# %% e need
m = float(sum(map(sum, grid)))
