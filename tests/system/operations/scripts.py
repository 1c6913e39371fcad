"""The scripts and operations that the cases share."""

from __future__ import annotations

from typing import Final

SCRIPTS: Final = {
    "step.py": """\
import argparse
p = argparse.ArgumentParser()
p.add_argument("--msg"); p.add_argument("--touch")
p.add_argument("--code", type=int, default=0)
a = p.parse_args()
if a.msg: print(a.msg)
if a.touch: open(a.touch, "a").close()
raise SystemExit(a.code)
""",
    "prep.py": """\
import argparse, os
p = argparse.ArgumentParser()
p.add_argument("--n", type=int, default=1)
p.add_argument("--code", type=int, default=0)
a = p.parse_args()
os.makedirs("sub", exist_ok=True)
for name in (f"sub/x-{a.n}.bin", "model-0.5.h5", "model-0.25.h5"):
    open(name, "w").close()
with open("data.txt", "w") as file:
    file.write(f"n={a.n}")
raise SystemExit(a.code)
""",
    "train.py": """\
import os
is_there = os.path.exists("data.txt")
print("data:", open("data.txt").read() if is_there else "MISSING")
with open("out.txt", "w") as file:
    file.write("trained")
""",
    "show.py": """\
import os
for name in sorted(os.listdir()):
    if not name.startswith((".", "__")) and not name.endswith((".py", ".yml")):
        print("LINK" if os.path.islink(name) else "FILE", name)
""",
    "t.py": """\
import argparse
p = argparse.ArgumentParser()
p.add_argument("--x", type=float, default=0)
p.add_argument("--y", type=float, default=0)
p.add_argument("--code", type=int, default=0)
a = p.parse_args()
print(f"loss: {(a.x - 2) ** 2 + a.y}")
print("acc: 0.5")
raise SystemExit(a.code)
""",
    "echo.py": """\
import os, sys
print("argv", sys.argv[1:])
for name in sorted(os.environ):
    if name.startswith("FLAG_"):
        print(f"{name}={os.environ[name]}")
""",
}

BASE: Final = """\
a: {main: "step --msg A --touch a.txt"}
b: {main: "step --msg B --touch b.txt"}
bad: {main: "step --msg BAD --code 3"}
hello: {main: step, flags: {msg: hi}}
"""
PREP: Final = "prep: {main: prep, flags: {n: 1, code: 0}}\n"
TRAIN: Final = "train: {main: train, requires: [{operation: prep}]}\n"
T: Final = "t: {main: t, flags: {x: 0, y: 0, code: 0}}\n"
