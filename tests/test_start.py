"""Where a person begins: JupyterLab's start page leads to every page, and the served book says where it is."""

import json
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
START = (ROOT / "START.md").read_text(encoding="utf-8")
LINKS = re.findall(r"\]\(([^)\s]+)\)", START)


def test_the_start_page_names_every_page_of_the_book_in_its_order():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    pages = [toc["root"], *(entry["file"] for part in toc["parts"] for entry in part["chapters"])]
    linked = [link.rsplit(".", 1)[0] for link in LINKS if link.startswith("chapters/")]
    assert sorted(linked) == sorted(pages)
    chapters = [link for link in LINKS if link.endswith(".ipynb")]
    assert chapters == sorted(chapters)
    assert re.findall(r"^\| (\d+) · \[", START, re.MULTILINE) == [link[9:11].lstrip("0") for link in chapters]


def test_the_start_page_asks_the_questions_of_the_introduction():
    introduction = (ROOT / "chapters" / "intro.md").read_text(encoding="utf-8")
    row = re.compile(r"^\| (\d+) · .*? \| (.*) \|$", re.MULTILINE)
    questions = {
        number: question.replace("$\\sqrt{d}$", "√d") for number, question in row.findall(introduction)
    }
    assert dict(row.findall(START)) == questions


@pytest.mark.parametrize("link", LINKS)
def test_links_of_the_start_page_exist(link):
    assert (ROOT / link).is_file()


def test_jupyterlab_opens_the_start_page_rendered():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    folder = re.search(r"--LabApp\.app_settings_dir=(\S+)", makefile)[1]
    page = re.search(r"--LabApp\.default_url=/lab/tree/(\S+)", makefile)[1]
    settings = json.loads((ROOT / folder / "overrides.json").read_text(encoding="utf-8"))
    assert (ROOT / page).samefile(ROOT / "START.md")
    viewers = settings["@jupyterlab/docmanager-extension:plugin"]["defaultViewers"]
    assert viewers == {"markdown": "Markdown Preview"}


def serve(folder: Path, port: int | str) -> subprocess.Popen:
    command = [sys.executable, str(ROOT / "tools" / "serve.py"), str(folder), str(port)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def test_the_book_is_served_where_the_line_says(tmp_path):
    (tmp_path / "index.html").write_text("the book", encoding="utf-8")
    server = serve(tmp_path, 0)  # any free port
    try:
        address = server.stdout.readline().split()[0]
        with urllib.request.urlopen(address, timeout=30) as page:
            assert page.read() == b"the book"
    finally:
        server.terminate()
        server.communicate(timeout=30)


@pytest.mark.parametrize("port", ["taken", "70000", "eight"])
def test_a_port_that_cannot_be_had_is_one_sentence(port, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1]) if port == "taken" else port
        server = serve(tmp_path, port)
        out, err = server.communicate(timeout=30)
    assert server.returncode == 1 and out == ""
    assert f"port {port}: expected" in err and "PORT=" in err and err.count("\n") == 1
