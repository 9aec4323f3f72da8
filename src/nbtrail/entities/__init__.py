"""The records that travel between the rooms: frozen, slotted, free of behaviour.

Times are integer milliseconds since the Unix epoch (UTC), durations are in
nanoseconds or milliseconds as their names say, paths are relative to the
project folder and use forward slashes.
"""
