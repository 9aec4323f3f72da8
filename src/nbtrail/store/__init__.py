"""The trail on disk: database, objects, liveness, reader.

`store.store.Store` is the one door. Everything written goes through one thread per
process under one cross-process lock; everything read uses short read-only connections.
"""
