"""What the vendor's client does not show: batches, concurrency, cuts."""

import base64
import http.client
import json
import threading

import pytest

from Servers import seed


def ask(graph, method, path, body=None, headers=None, token="token-ann@test.example"):
    connection = http.client.HTTPConnection("127.0.0.1", graph.port, timeout=20)
    content = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    given = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **(headers or {})}
    try:
        connection.request(method, "/v1.0" + path, content, given)
        reply = connection.getresponse()
        text = reply.read()
        return reply.status, json.loads(text) if text.startswith(b"{") else text
    finally:
        connection.close()


def test_a_batch_answers_each_by_its_id(graph, box):
    own = box.add(box.well_known("inbox"), seed.message(1))
    requests = [
        {"id": "a", "method": "GET", "url": f"/me/messages/{own.immutable}/$value"},
        {"id": "b", "method": "GET", "url": "/me/messages/nobody"},
        {"id": "c", "method": "PATCH", "url": f"/me/messages/{own.immutable}", "body": {"isRead": True},
         "headers": {"Content-Type": "application/json"}},
        {"id": "d", "method": "GET", "url": "/me/messages", "dependsOn": ["b"]}]
    status, said = ask(graph, "POST", "/$batch", {"requests": requests})
    found = {one["id"]: one for one in said["responses"]}
    assert status == 200 and [found[name]["status"] for name in "abcd"] == [200, 404, 200, 424]
    assert base64.b64decode(found["a"]["body"]) == seed.message(1)
    assert own.read
    status, said = ask(graph, "POST", "/$batch", {"requests": [{**requests[0], "id": str(n)} for n in range(21)]})
    assert (status, said["error"]["code"]) == (400, "BadRequest")


def test_no_more_than_four_at_once(graph, box):
    box.lock.acquire()
    said = []
    threads = [threading.Thread(target=lambda: said.append(ask(graph, "GET", "/me/mailFolders")[0])) for _ in range(6)]
    for thread in threads:
        thread.start()
    while len(said) < 2:
        threads[0].join(0.01)
    assert said == [429, 429]
    box.lock.release()
    for thread in threads:
        thread.join()
    assert sorted(said) == [200] * 4 + [429] * 2 and graph.most_at_once == 5


def test_cut_at_any_octet(graph, box):
    whole = 200
    for octets in (0, 1, 40, whole):
        fault = graph.faults.cut("GET .*/mailFolders", octets)
        with pytest.raises((http.client.HTTPException, OSError)):
            ask(graph, "GET", "/me/mailFolders")
        assert fault.reached == 1
    assert ask(graph, "GET", "/me/mailFolders")[0] == 200


def test_what_is_cut_may_be_done_or_not(graph, box):
    for done in (False, True):
        graph.faults.cut("POST .*/mailFolders", done=done)
        with pytest.raises((http.client.HTTPException, OSError)):
            ask(graph, "POST", "/me/mailFolders", {"displayName": f"New {done}"})
        assert any(one.name == f"New {done}" for one in box.folders.values()) == done
