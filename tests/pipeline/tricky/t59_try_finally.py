# title: try / except / else / finally with effects in each
# metrics: m
# %% a need
trace = []
# %% b need
try:
    trace.append(1)
    int("x")
except ValueError as error:
    trace.append(10)
else:
    trace.append(100)
finally:
    trace.append(1000)
# %% c drop
try:
    other = int("5")
except ValueError:
    other = None
# %% d need
m = float(sum(trace))
