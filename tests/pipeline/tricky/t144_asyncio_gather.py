# title: tasks started in one cell, gathered in another, a shared list in order
# metrics: m
# %% a need
import asyncio
log = []
async def job(n):
    await asyncio.sleep(0.01 * n)
    log.append(n)
    return n * n
# %% b need
tasks = [asyncio.ensure_future(job(n)) for n in (3, 1, 2)]
# %% c drop
x = 5
# %% d need
found = await asyncio.gather(*tasks)
# %% e need
m = float(sum(found) + log[0] * 100)
