# title: a memoryview and a bytearray share bytes
# metrics: m
# %% a need
raw = bytearray(b"\x01\x02\x03")
mv = memoryview(raw)
# %% b need
mv[0] = 9
# %% c drop
frozen = bytes(raw)
# %% d need
m = float(sum(raw))
