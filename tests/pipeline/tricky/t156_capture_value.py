# title: output captured by %%capture is parsed
# metrics: m
# refused: keeps what a cell printed
# %% a need
x = 21
# %% b need
%%capture out
print(x * 2)
# %% c drop
y = 5
# %% d need
m = float(out.stdout)
