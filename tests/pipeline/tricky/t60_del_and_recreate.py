# title: a name is deleted and made again
# metrics: m
# %% a drop
acc = [100]
# %% b drop
acc.append(5)
# %% c drop
del acc
# %% d need
acc = [1]
# %% e need
acc.append(2)
# %% f need
m = float(sum(acc))
