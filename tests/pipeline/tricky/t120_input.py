# title: a value typed by hand
# metrics: m
# input: 12
# refused: input
# %% a need
k = input("k? ")
# %% b need
m = float(k) + 1
