# title: top-level await, results shared between tasks
# metrics: m
# %% a need
import asyncio
box = {"n": 1}
async def work(k):
    await asyncio.sleep(0)
    box["n"] += k
    return k * 2
# %% b need
parts = await asyncio.gather(work(1), work(2))
# %% c drop
idle = await asyncio.sleep(0, result=5)
# %% d need
async def last():
    return box["n"] + sum(parts)
m = float(await last())
