"""Run the code cells one after the other, from a number on (pickle is not possible: all)."""
import sys, time, matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
ns = {}
exec(open("/tmp/ch10/cells.py").read(), ns)
stop = int(sys.argv[1]) if len(sys.argv) > 1 else 999
skip = set(map(int, sys.argv[2].split(","))) if len(sys.argv) > 2 else set()
g = {"__name__": "__main__"}
n = 0
plt.show = lambda: [plt.savefig(f"/tmp/ch10/fig{n}.png", dpi=80), plt.close("all")]
for k, s, m in ns["CELLS"]:
    if k != "code": continue
    n += 1
    if n > stop: break
    if n in skip: continue
    t = time.process_time()
    print(f"--- [{n}] {m.get('tags','')}", flush=True)
    exec(compile(s, f"cell{n}", "exec"), g)
    print(f"    ({time.process_time()-t:.1f} s)", flush=True)
