import sys, nbformat
from nbformat.v4 import new_notebook, new_code_cell, new_markdown_cell
sys.path.insert(0, "/work/wt/chapter10/tools")
ns = {}
exec(open("/tmp/ch10/cells.py").read(), ns)
cells = [new_markdown_cell(s) if k == "markdown" else new_code_cell(s, metadata=m) for k, s, m in ns["CELLS"]]
nb = new_notebook(cells=cells)
import execute
nb = execute.normalise(nb)
import subprocess
PATH = "/work/wt/chapter10/chapters/10_training.ipynb"
nbformat.write(nb, PATH)
subprocess.run(["ruff", "format", "-q", PATH], check=True)
nb = execute.normalise(nbformat.read(PATH, 4))
nbformat.write(nb, PATH)
print(sum(1 for c in nb.cells if c.cell_type == "code" for l in c.source.splitlines() if l.strip()), "lines formatted")
lines = sum(1 for k, s, m in ns["CELLS"] if k == "code" for l in s.splitlines() if l.strip())
print(len([c for c in ns["CELLS"] if c[0] == "code"]), "code cells", lines, "lines")
sol = [s for k, s, m in ns["CELLS"] if k == "code" and "solution" not in m.get("tags", [])]
import re
text = re.sub(r"\{solution-start\}.*?\{solution-end\}", "", "\n\n".join(s for k, s, m in ns["CELLS"] if k == "markdown"), flags=re.DOTALL)
print("minutes", len(text.split()) / 230 + sum(1 for s in sol for l in s.splitlines() if l.strip()) / 10)
