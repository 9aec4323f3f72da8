# title: a StringIO filled by print over cells
# metrics: m
# %% a need
import io
buf = io.StringIO()
# %% b need
print("12", file=buf)
# %% c need
buf.write("30\n")
# %% d drop
print("shown")
# %% e need
m = float(sum(map(int, buf.getvalue().split())))
