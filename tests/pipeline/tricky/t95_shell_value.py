# title: a shell line's output used as a value, with a variable in it
# metrics: m
# %% a need
name = "n95.txt"
open(name, "w").write("4\n5\n")
# %% b need
lines = !cat {name}
# %% c drop
!echo hello
# %% d need
m = float(sum(int(v) for v in lines))
