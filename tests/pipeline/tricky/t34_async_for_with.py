# title: async for and async with at top level
# metrics: m
# %% a need
import contextlib
log = []
@contextlib.asynccontextmanager
async def scope(name):
    log.append(name)
    yield len(log)
    log.append(name + "!")
# %% b need
async def ticks(n):
    for i in range(n):
        yield i + 1
# %% c drop
async with scope("x") as unused:
    pass
# %% d need
log.clear()
# %% e need
total = 0
async with scope("run") as k:
    async for t in ticks(4):
        total += t * k
# %% f need
m = float(total + 100 * len(log))
