"""python3 -m Servers [COUNT]: a Dovecot and a Postfix in the foreground, with COUNT messages for ann@test.example
(200), until Ctrl-C; prints how to reach them. Run in Tests/, as root."""

import signal
import sys

from .process import end_on_signals
from .site import Site


def main():
    end_on_signals()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with Site() as site:
        site.fill("ann@test.example", count)
        print(f"IMAP        127.0.0.1:{site.dovecot.imap} (STARTTLS)  127.0.0.1:{site.dovecot.imaps} (TLS)")
        print(f"submission  127.0.0.1:{site.postfix.submission} (STARTTLS)  127.0.0.1:{site.postfix.submissions} (TLS)")
        print(f"authority   {site.ca}")
        print("users       any name at test.example, password: pass")
        print("Ctrl-C ends them.", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            pass


main()
