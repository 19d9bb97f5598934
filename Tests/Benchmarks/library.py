"""How large what ships is, and what it links."""

import re
import subprocess


def measure(root):
    lines = ["## What ships", "", "Stripped; the debug files lie beside it in `dist/debug`.", "",
             "| file | MB | links |", "| --- | --- | --- |"]
    for name in ("lib/libmailroom.so.1", "lib/mailroom/plugins/mail.so", "lib/mailroom/plugins/web.so",
                 "lib/mailroom/plugins/maildir.so", "bin/mailroom"):
        path = root / "dist" / name
        dynamic = subprocess.run(["readelf", "-dW", path], capture_output=True, text=True, check=True).stdout
        needed = re.findall(r"\(NEEDED\).*\[(.*?)\]", dynamic)
        size = path.stat().st_size / 1e6
        lines.append(f"| {name} | {size:.2f} | {', '.join(n for n in needed if not n.startswith('ld-linux'))} |")
    return "\n".join(lines)
