"""What mr_find and mr_stop promise, without a network."""

import threading
import time

import mailroom
import pytest


@pytest.fixture
def local(store):
    with mailroom.open(store, key_file=True, work="always") as opened:
        yield opened


def ids(rows):
    return [row["id"] for row in rows]


def test_after_goes_on_behind_a_row(local):
    made = [local.put("company", key=f"{999 - number}") for number in range(230)]
    assert ids(local.find("company", after=made[9])) == made[10:]
    assert ids(local.find("company", after=made[9], limit=150)) == made[10:160]
    assert ids(local.find("company", after=made[9], order="-id")) == made[8::-1]
    assert ids(local.find("company", after=made[9], order="key")) == made[8::-1], "behind it in the order asked for"
    assert ids(local.find("company", after=made[-1])) == []


def test_rows_that_are_not_in_the_store(local):
    causes = ids(local.find("cause"))
    assert ids(local.find("cause", order="-id", after=causes[3], limit=2)) == [causes[2], causes[1]]
    assert [dict(row) for row in local.find("cause", fields=["code"], limit=1)] == [
        {"code": next(iter(local.find("cause")))["code"]}]
    for wrong in ({"order": "title"}, {"after": "x"}, {"fields": ["nothing"]}):
        with pytest.raises(mailroom.InvalidError) as caught:
            list(local.find("cause", **wrong))
        assert caught.value.fields["field"] == next(iter(wrong))


def test_an_account_has_the_fields_that_were_asked_for(local, tmp_path):
    local.connect(address="a@b.example", provider="maildir", path=str(box(tmp_path)))
    assert [dict(row) for row in local.find("account", fields=["address", "colour"])] == [
        {"address": "a@b.example", "colour": "green"}]


def test_the_feed_takes_no_fields(local):
    local.put("company", key="k")
    with pytest.raises(mailroom.InvalidError):
        list(local.changes(0, fields=["kind"]))


def test_stop_does_not_wait_for_what_others_wait_for(local, tmp_path):
    local.start()
    job = local.connect(address="a@b.example", provider="maildir", path=str(box(tmp_path)), fault="slow", wait=False)
    ended = threading.Event()

    def wait():
        try:
            job.wait(60)
        except mailroom.ClosedError:
            ended.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(1)
    start = time.monotonic()
    local.stop()
    assert time.monotonic() - start < 10
    local.close()
    waiting.join(20)
    assert ended.is_set()
    assert time.monotonic() - start < 20


def box(tmp_path):
    for name in ("cur", "new", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    return tmp_path / "box"
