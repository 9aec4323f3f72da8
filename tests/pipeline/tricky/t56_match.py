# title: match statement binds names by patterns
# metrics: m
# %% a need
event = {"kind": "move", "to": (3, 4), "speed": 2}
# %% b need
match event:
    case {"kind": "stop"}:
        x = y = 0
    case {"kind": "move", "to": (x, y), **rest}:
        speed = rest["speed"]
    case _:
        speed = -1
# %% c drop
match x:
    case 3:
        word = "three"
# %% d need
m = float((x + y) * speed)
