"""What tests and chapters share, before their kernels start.

On a machine without a writable home folder matplotlib makes a temporary one and says so; on one that it meets for
the first time it lists the fonts and, if that takes long, says so. In a chapter's first cell that text would count
as an output that nobody stored. Here it is said once, and kernels inherit the folder through MPLCONFIGDIR.
"""

import matplotlib.font_manager  # noqa: F401
