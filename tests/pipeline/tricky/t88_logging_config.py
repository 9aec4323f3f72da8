# title: a logging handler collects records
# metrics: m
# %% a need
import logging
records = []
class Keep(logging.Handler):
    def emit(self, record):
        records.append(record.levelno)
# %% b need
log = logging.getLogger("nb88")
log.setLevel(logging.INFO)
log.addHandler(Keep())
log.propagate = False
# %% c need
log.debug("no")
log.info("yes")
# %% d need
log.warning("yes")
# %% e need
m = float(sum(records))
