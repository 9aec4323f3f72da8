# title: %%time and %%capture bodies, a %time line
# metrics: m
# %% a need
%%capture captured
a = 3
print(a)  #: drop
# %% b need
%%time
b = a * 2
# %% c need
%time c = b + 1
# %% d drop
%timeit -n1 -r1 a + 1
# %% e need
m = float(b + c)
