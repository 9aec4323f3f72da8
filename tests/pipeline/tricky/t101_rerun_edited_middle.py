# title: the middle cell is run again with another text
# metrics: m
# %% a need
base = [1, 2, 3]
# %% b drop
feat = [v * 2 for v in base]
# %% c drop
score = sum(feat)
# %% b need
feat = [v * 5 for v in base]
# %% d need
m = float(sum(feat))
