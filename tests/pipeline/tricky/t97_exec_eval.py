# title: exec and eval with names only in strings
# metrics: m
# %% a need
a = 4
b = 5
unused = 6  #: drop
# %% b need
code = "z = a * 10"
exec(code)
# %% c drop
eval("unused + 1")
# %% d need
m = float(eval("z + b"))
