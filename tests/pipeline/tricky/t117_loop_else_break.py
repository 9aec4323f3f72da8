# title: for / else and while with break carry state
# metrics: m
# %% a need
hits = []
# %% b need
for i in range(5):
    if i == 3:
        break
    hits.append(i)
else:
    hits.append(100)
# %% c need
while i < 10:
    i += 4
else:
    hits.append(i)
# %% d drop
for j in range(2):
    pass
# %% e need
m = float(sum(hits))
