"""Serve the built book on this machine: python tools/serve.py _build/html 8000"""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"


def main(folder: str, port: str) -> int:
    """Serve until Ctrl-C; 1, and one sentence on standard error, if the port can't be had."""
    try:
        handler = partial(SimpleHTTPRequestHandler, directory=folder)
        server = ThreadingHTTPServer((HOST, int(port)), handler)
    except (OSError, OverflowError, ValueError) as error:
        sentence = f"port {port}: expected a free port of this machine, but {error}; name another"
        print(f"{sentence}: make serve PORT=8001", file=sys.stderr)
        return 1
    print(f"http://{HOST}:{server.server_port} (stop with Ctrl-C)", flush=True)
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
