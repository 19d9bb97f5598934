"""What a queue must hold to: what the server counted, what the store says, and what a person did, compared."""

import collections
import threading

from Servers.scripted import OFFERS, Cut, Gone, ScriptedSmtp

# Of each hundred recipients: how the server takes their mail.
KINDS = {"ok": 62, "once": 12, "refuse": 6, "spam": 6, "busy": 6, "lost": 4, "kept": 4}
WHAT_KINDS_ARE = """
ok      taken                                     once   450 at the first RCPT, then taken
refuse  550 at RCPT, always                       spam   554 at the first dot, then taken
busy    451 at the first dot, then taken          lost   hangs up at the first dot, and does not take it
kept    hangs up at the first dot, and takes it
"""


class Trap:
    """A server's: kills somebody at the nth time that it comes to a stage."""

    def __init__(self):
        self._set, self._lock = None, threading.Lock()

    def arm(self, stage, nth, kill, gone):
        """gone: the message of a sender that was killed at this stage or before is taken all the same, or not; None: as it comes."""
        with self._lock:
            self._set = [stage, nth, kill, gone]

    def disarm(self):
        with self._lock:
            self._set = None

    def come_to(self, stage):
        """Kills where that was asked for at this stage; `gone` then, else None."""
        with self._lock:
            trap = self._set
            if trap is None or trap[0] != stage:
                return None
            trap[1] -= 1
            if trap[1] > 0:
                return None
            self._set = None
        trap[2]()
        return trap[3]


class Firsts:
    """Which recipients are seen for the first time."""

    def __init__(self):
        self._seen, self._lock = set(), threading.Lock()

    def of(self, addresses):
        with self._lock:
            new = set(addresses) - self._seen
            self._seen |= new
        return new


class Server(ScriptedSmtp):
    """Answers by the kind of recipient, and springs its trap."""

    def __init__(self, offers=OFFERS):
        self.trap, self._firsts = Trap(), Firsts()
        # Told of each message that was taken and never answered: it comes back to its sender.
        self.echo = None
        super().__init__(self._decide, watch=self._watch, offers=offers)

    def _watch(self, stage, talk):
        if stage == "taken" and self.echo and any(address.startswith("kept-") for address in talk.recipients):
            self.echo(talk.content)
        gone = self.trap.come_to(stage)
        if gone is not None:
            talk.gone = gone

    def _first(self, talk, kind):
        """The recipients of a kind of whom this is the first time."""
        return self._firsts.of(address for address in talk.recipients if address.startswith(kind + "-"))

    def _decide(self, stage, talk):
        if stage == "rcpt":
            if talk.address.startswith("refuse-"):
                return "550 5.1.1 The mailbox does not exist"
            if talk.address.startswith("once-") and self._firsts.of([talk.address]):
                return "450 4.2.0 Greylisted, try again later"
        if stage == "dot":
            if getattr(talk, "gone", None) is False:
                return Cut()
            if self._first(talk, "spam"):
                return "554 5.7.1 Message rejected due to content"
            if self._first(talk, "busy"):
                return "451 4.3.0 Temporary system problem"
            if self._first(talk, "lost"):
                return Cut()
            if self._first(talk, "kept"):
                return Cut(taken=True)
            if getattr(talk, "gone", None):
                return Gone()
        return None


class Wrong(AssertionError):
    pass


def hold(condition, *words):
    if not condition:
        raise Wrong(" ".join(str(word) for word in words))


class Truth:
    """Of one store and its servers: every message that was asked for, and whatever the store has promised of it."""

    def __init__(self, servers):
        self.servers = servers
        self.asked = {}          # key -> recipients, as a person has edited them
        self.wanted = {}         # key -> recipients, as they were at first
        self.ids = {}            # key -> the id that mr_send gave
        self.keys = {}           # id -> key
        self.cancelled = set()   # ids whose mr_cancel returned
        self.again = set()       # ids that a person sent again although they might have arrived
        self.counts = collections.Counter()

    def ask(self, key, recipients):
        self.asked[key] = self.wanted[key] = recipients

    def decide(self, row):
        """A person who has asked the recipients: those whom a send of unknown outcome has not reached."""
        missing = [address for address in row["recipients"] if not self.taken(address)]
        if missing:
            self.again.add(row["id"])
            # Who has accepted it already stays a recipient.
            self.asked[row["idempotency_key"]] = missing + [
                address for address, state in row["recipients"].items() if state == "accepted"]
        return missing

    def open_keys(self):
        """What was asked for and not promised: the caller died before it heard."""
        return [key for key in self.asked if key not in self.ids]

    def taken(self, address):
        return sum(server.taken[address] for server in self.servers)

    def hear(self, said):
        for what in said:
            if "key" in what:
                known = self.ids.setdefault(what["key"], what["id"])
                hold(known == what["id"], what["key"], "was queued as", known, "and again as", what["id"])
                hold(self.keys.setdefault(known, what["key"]) == what["key"], "two keys have the send", known)
            elif "cancelled" in what:
                self.cancelled.add(what["cancelled"])
            elif "resent" in what:
                self.counts["resent"] += 1
            elif "broken" in what:
                raise Wrong(what["broken"])
        rows = [what["row"] for what in said if "row" in what]
        if rows:
            self.compare(rows)
        return rows

    def compare(self, rows):
        """At any moment at which nobody works: nothing lost, nothing taken twice, nothing said that is not so."""
        found = {row["idempotency_key"]: row for row in rows}
        hold(len(found) == len(rows), "two sends have one key")
        for key, known in self.ids.items():
            hold(key in found, "lost:", key, "that was promised as send", known)
            hold(found[key]["id"] == known, key, "is send", found[key]["id"], "and was promised as", known)
        for key, row in found.items():
            hold(key in self.asked, "a send that nobody asked for:", key)
            hold(sorted(row["recipients"]) == sorted(self.asked[key]), key, "has other recipients:", row["recipients"])
            for address, state in row["recipients"].items():
                taken = self.taken(address)
                hold(taken <= 1, address, "was sent to", taken, "times; its send:", row)
                if state == "accepted":
                    hold(taken == 1, address, "is said to have it, and the server has not taken it; its send:", row)
                elif taken and row["id"] not in self.again:
                    hold(row["state"] in ("sending", "outcome_unknown"), address, "has it, and the send says otherwise:", row)
                if address.startswith("refuse-"):
                    hold(taken == 0 and state != "accepted", address, "was refused and is", state)
            if row["id"] in self.cancelled:
                hold(row["state"] == "cancelled", "cancelled, and", row["state"])

    def settled(self, rows):
        """At the end, when nothing is due any more: each send has come to an end that its recipients explain."""
        self.compare(rows)
        for row in rows:
            states, kinds = row["recipients"], {address.partition("-")[0] for address in row["recipients"]}
            hold(row["state"] in ("sent", "failed", "outcome_unknown", "cancelled"), "not settled:", row)
            self.counts[row["state"]] += 1
            if row["state"] == "sent":
                hold(set(states.values()) == {"accepted"}, "sent, and not to all:", row)
            elif row["state"] == "failed":
                hold(kinds & {"refuse", "spam"}, "failed without a reason:", row)
            elif row["state"] == "outcome_unknown":
                if not kinds & {"lost", "kept"}:
                    self.counts["unknown by a kill"] += 1
                self.counts["unknown, taken" if any(map(self.taken, states)) else "unknown, not taken"] += 1

    def delivered(self, rows):
        """After the person has decided on all that was unknown: everybody has it once, but who was refused or cancelled."""
        self.compare(rows)
        for row in rows:
            for address in self.wanted[row["idempotency_key"]]:
                if row["state"] == "cancelled" or address.startswith("refuse-"):
                    continue
                hold(self.taken(address) == 1, address, "never got it:", row)
