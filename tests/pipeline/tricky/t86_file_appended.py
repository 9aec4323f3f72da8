# title: a file is written, appended to, and rewritten
# metrics: m
# %% a drop
open("log.txt", "w").write("1\n")
# %% b need
with open("log.txt", "w") as f:
    f.write("5\n")
# %% c need
with open("log.txt", "a") as f:
    f.write("6\n")
# %% d need
m = float(sum(map(int, open("log.txt"))))
