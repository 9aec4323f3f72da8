# title: a logging handler writes a file that is parsed afterwards
# metrics: m
# %% a need
import logging
log = logging.getLogger("zwork")
log.setLevel(logging.INFO)
handler = logging.FileHandler("train.log", mode="w")
log.addHandler(handler)
# %% b need
def step(i):
    log.info("loss=%s", 10 / (i + 1))
    return i
# %% c need
for i in range(3):
    step(i)
# %% d need
handler.close()
log.removeHandler(handler)  #: drop
# %% e need
losses = [float(line.partition("=")[2]) for line in open("train.log")]
# %% f need
m = losses[-1] + len(losses)
