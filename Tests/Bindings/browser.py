"""A headless Chromium, driven by its own protocol (CDP) over a pair of pipes: pages opened, measured and pictured, and every
request that they make told."""

import base64
import contextlib
import fcntl
import json
import os
import select
import subprocess
import time

PROGRAM = "chromium-headless-shell"


class Browser:
    def __init__(self, folder):
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        # The browser reads its descriptor 3 and writes to 4; ours lie beyond, so that neither is overwritten.
        high = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (theirs_in, theirs_out)]
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$0" "$@" 3<&{high[0]} 4>&{high[1]}', PROGRAM, "--remote-debugging-pipe", "--no-sandbox",
             "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", f"--user-data-dir={folder}"],
            pass_fds=high, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for end in (theirs_in, theirs_out, *high):
            os.close(end)
        self._out, self._in = ours_out, ours_in
        self._number, self._rest, self.told = 0, b"", []
        target = self.ask("Target.createTarget", {"url": "about:blank"}, session=None)["targetId"]
        self._session = None
        self._session = self.ask("Target.attachToTarget", {"targetId": target, "flatten": True}, session=None)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.ask(f"{domain}.enable")

    def close(self):
        os.close(self._out)
        os.close(self._in)
        self.process.terminate()
        self.process.wait(20)

    def _message(self, timeout):
        end = time.monotonic() + timeout
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(0, end - time.monotonic()))
            assert ready, "the browser said nothing in time"
            piece = os.read(self._in, 1 << 20)
            assert piece, f"the browser ended: {self.process.poll()}"
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def ask(self, method, parameters=None, session=True, timeout=30):
        self._number += 1
        asked = {"id": self._number, "method": method, "params": parameters or {}}
        if session:
            asked["sessionId"] = self._session
        os.write(self._out, json.dumps(asked).encode() + b"\0")
        while True:
            message = self._message(timeout)
            if message.get("id") == self._number:
                assert "error" not in message, (method, message["error"])
                return message["result"]
            self.told.append(message)

    def open(self, url, width, height=900, dark=False):
        """Opens a page in a window of that size, and waits until it is loaded."""
        self.ask("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        self.ask("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        self.told = []
        self.ask("Page.navigate", {"url": url})
        while not any(message.get("method") == "Page.loadEventFired" for message in self.told):
            self.told.append(self._message(30))

    def evaluate(self, expression):
        answer = self.ask("Runtime.evaluate", {"expression": expression, "returnByValue": True})
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def requests(self):
        """The address of everything that was asked for, the page itself with it."""
        return [
            message["params"]["request"]["url"] for message in self.told
            if message.get("method") == "Network.requestWillBeSent"]

    def complaints(self):
        """What a page's console says."""
        return [
            message["params"] for message in self.told
            if message.get("method") in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown",
                                         "Page.javascriptDialogOpening")]

    def picture(self, path):
        """The whole page, beyond what the window shows."""
        shot = self.ask("Page.captureScreenshot", {"captureBeyondViewport": True, "format": "png"})
        path.write_bytes(base64.b64decode(shot["data"]))


@contextlib.contextmanager
def browser(folder):
    running = Browser(folder)
    try:
        yield running
    finally:
        running.close()
