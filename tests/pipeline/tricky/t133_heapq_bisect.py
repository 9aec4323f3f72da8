# title: heapq and bisect change a list given as an argument
# metrics: m
# %% a need
import bisect
import heapq
h = [5, 1, 4]
# %% b need
heapq.heapify(h)
# %% c need
heapq.heappush(h, 0)
# %% d need
s = [1, 5]
bisect.insort(s, 3)
# %% e drop
small = heapq.nsmallest(2, h)
# %% f need
m = float(h[0] * 100 + h[1] * 10 + s[1])
