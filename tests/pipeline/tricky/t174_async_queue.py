# title: a producer and consumers over an asyncio queue in one cell, with a timeout
# metrics: m
# %% a need
import asyncio
results = {}
async def consume(name, q):
    while True:
        item = await q.get()
        results[item] = results.get(item, 0) + item
        q.task_done()
# %% b need
q = asyncio.Queue()
workers = [asyncio.create_task(consume(i, q)) for i in range(2)]
for i in [1, 2, 2, 5]:
    q.put_nowait(i)
await asyncio.wait_for(q.join(), 5)
for w in workers:  #: drop
    w.cancel()
# %% c need
m = float(sum(results.values()) + len(results))
