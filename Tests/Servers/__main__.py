"""A Dovecot and a Postfix on loopback, with mail for ann@test.example, until Ctrl-C; prints how to reach them."""

import argparse
import pathlib
import signal

from .process import end_on_signals
from .site import Site

TOOL = pathlib.Path(__file__).resolve().parents[2] / "dist" / "bin" / "mailroom"


def arguments():
    parser = argparse.ArgumentParser(
        prog="make servers", description=__doc__, epilog="It runs as root: make servers COUNT=1000, or python3 -m Servers in Tests/.")
    parser.add_argument("count", nargs="?", type=int, default=200, help="messages for ann@test.example (200)")
    return parser.parse_args()


def main():
    count = arguments().count
    end_on_signals()
    with Site() as site:
        site.fill("ann@test.example", count)
        dovecot, postfix = site.dovecot, site.postfix
        print(f"IMAP        127.0.0.1:{dovecot.imap} (STARTTLS)  127.0.0.1:{dovecot.imaps} (TLS)")
        print(f"POP3        127.0.0.1:{dovecot.pop3} (STARTTLS)  127.0.0.1:{dovecot.pop3s} (TLS)")
        print(f"submission  127.0.0.1:{postfix.submission} (STARTTLS)  127.0.0.1:{postfix.submissions} (TLS)")
        print(f"authority   {site.ca}")
        print("users       any name at test.example, password: pass")
        print("recipients  reject-... no such user   full-... mailbox full   grey-... asked to come again   gone-... bounces")
        print("            slow-... is delayed, with a report   any other domain: relaying denied   (reject-1@test.example)")
        print("\nTo connect:")
        print(
            f"echo pass | {TOOL} --store try.db connect ann@test.example --imap 127.0.0.1:{dovecot.imap} "
            f"--smtp 127.0.0.1:{postfix.submission} --tls starttls --ca {site.ca} --password-stdin\n")
        print("Ctrl-C ends them.", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            pass


main()
