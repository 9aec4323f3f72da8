# title: a thread is started in one cell and joined in another, a queue between
# metrics: m
# %% a need
import queue
import threading
jobs, found = queue.Queue(), []
def worker():
    while (item := jobs.get()) is not None:
        found.append(item ** 2)
# %% b need
thread = threading.Thread(target=worker, daemon=True)
thread.start()
# %% c need
for i in range(4):
    jobs.put(i)
# %% d need
jobs.put(None)
thread.join()
# %% e need
m = float(sum(found))
