"""Leaves sphinx-thebe's scripts, which need a server elsewhere, out of each page."""

import re

THEBE_CONFIG = re.compile(
    r'<script type="text/x-thebe-config">.*?</script>\s*(<script>kernelName = .*?</script>)?', re.DOTALL
)


def without_thebe(app, pagename, templatename, context, doctree):
    """Drop the scripts and styles of sphinx-thebe, which Jupyter Book always loads."""
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context.get(kind, []) if not _is_thebe(file)]

    context["body"] = THEBE_CONFIG.sub("", context.get("body", ""))


def _is_thebe(file) -> bool:
    body = getattr(file, "attributes", {}).get("body") or ""
    return "thebe" in f"{getattr(file, 'filename', file)} {body}".lower()


def setup(app):
    """Called by Sphinx; runs after the extensions that add the scripts."""
    app.connect("html-page-context", without_thebe, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
