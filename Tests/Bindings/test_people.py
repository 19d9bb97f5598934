"""Companies, contacts, the inbox, conversations and the log in Python and in PHP: the same calls give the same."""

import json

import pytest

from .test_php import package, php  # noqa: F401 - package is a fixture

SCRIPT = r"""
$room = Mailroom\Room::open($argv[1], ['key_file' => true]);
$told = [];
$acme = $room->putCompany('acme', ['name' => 'Acme', 'mailboxes' => 5, 'domains' => ['example.com', 'example.org']]);
$told[] = $room->putCompany('acme', ['mailboxes' => null, 'domains' => ['example.net']]) === $acme;
$row = iterator_to_array($room->companies(['key' => 'acme']), false)[0];
$told[] = [$row['name'], $row['mailboxes'] ?? null, $row['domains']];
$account = $room->connect(json_decode($argv[2], true) + ['company' => $acme, 'user_key' => '17'], 60);
$room->sync($account);
$ann = $room->putContact('c-1', ['addresses' => ['ann@example.com'], 'company' => $acme]);
$told[] = $room->putContact('c-1', ['addresses' => ['ann@example.com', 'eve@example.com'], 'company' => $acme]) === $ann;
$told[] = $room->putContacts((function () {
    for ($n = 0; $n < 4500; $n++) { yield ['key' => "d-$n", 'addresses' => ["p$n@example.com"]]; }
})(), $acme);
$told[] = count(iterator_to_array($room->contacts(), false));
$told[] = iterator_to_array($room->contacts(['address' => 'p7@example.com']), false)[0]['key'];
$told[] = array_column(iterator_to_array($room->inbox(['contact' => $ann]), false), 'subject');
$told[] = count(iterator_to_array($room->inbox(['role' => null, 'user_key' => '17', 'company' => $acme]), false));
$told[] = count(iterator_to_array($room->inbox(['role' => 'sent']), false));
$told[] = array_column(iterator_to_array($room->search('hello'), false), 'subject');
$told[] = array_column(iterator_to_array($room->threads(['limit' => 1]), false), 'messages');
$waiting = array_column(iterator_to_array($room->waitingThreads(), false), 'waiting_since');
$sorted = $waiting; sort($sorted);
$told[] = count($waiting) > 0 && $waiting === $sorted;
$told[] = count(iterator_to_array($room->log(['level' => 'error']), false));
$told[] = $room->doctor($account)['account'] === $account['id'];
try { $room->putContact('c-2', ['addresses' => ['no address']]); $told[] = null; }
catch (Mailroom\InvalidException $e) { $told[] = $e->field(); }
echo json_encode($told);
"""


def in_python(room, account):
    told = []
    acme = room.put_company("acme", name="Acme", mailboxes=5, domains=["example.com", "example.org"])
    told.append(room.put_company("acme", mailboxes=None, domains=["example.net"]) == acme)
    row = room.companies(key="acme").first()
    told.append([row.name, row.mailboxes, row.domains])
    account = room.connect(**account, company=acme, user_key="17", timeout=60)
    room.sync(account)
    ann = room.put_contact("c-1", addresses="ann@example.com", company=acme)
    told.append(room.put_contact("c-1", addresses=["ann@example.com", "eve@example.com"], company=acme) == ann)
    told.append(room.put_contacts(({"key": f"d-{n}", "addresses": [f"p{n}@example.com"]} for n in range(4500)), company=acme))
    told.append(len(list(room.contacts())))
    told.append(room.contacts(address="p7@example.com").first().key)
    told.append([row.subject for row in room.inbox(contact=ann)])
    told.append(len(list(room.inbox(role=None, user_key="17", company=acme))))
    told.append(len(list(room.inbox(role="sent"))))
    told.append([row.subject for row in room.search("hello")])
    told.append([row.messages for row in room.threads(limit=1)])
    waiting = [row.waiting_since for row in room.threads(waiting=True)]
    told.append(len(waiting) > 0 and waiting == sorted(waiting))
    told.append(len(list(room.log(level="error"))))
    told.append(room.doctor(account).account == account.id)
    try:
        room.put_contact("c-2", addresses=["no address"])
    except ValueError as error:
        told.append(error.fields["field"])
    return told


@pytest.mark.parametrize("language", ["python", "php"])
def test_people(language, library, package, box, tmp_path):  # noqa: F811
    if language == "php":
        told = json.loads(php(package, SCRIPT, arguments=[tmp_path / "crm.db", json.dumps(box.account)]))
    else:
        with library.open(tmp_path / "crm.db", key_file=True) as room:
            told = in_python(room, box.account)
    assert told == [
        True, ["Acme", None, ["example.net"]], True, 4500, 4501, "d-7",
        [" ]0;owned  evil \x9b31m", "First"], 3, 0, ["First"], [1], True, 0, True, "addresses[0]"]


NUMBERS = r"""
$room = Mailroom\Room::open($argv[1], ['key_file' => true]);
$told = [];
$acme = $room->putCompany(7, ['name' => 'Acme']);
$told[] = $room->putCompany('7', ['name' => 'Acme & Co']) === $acme;
$room->connect(json_decode($argv[2], true) + ['company' => $acme, 'user_key' => 17], 60);
$account = iterator_to_array($room->accounts(['user_key' => 17, 'company_key' => 7]), false)[0];
$told[] = [$account['user_key'], count(iterator_to_array($room->accounts(['user_key.in' => [16, '17']]), false))];
$room->sync($account);
$ann = $room->putContact(-1, ['addresses' => ['ann@example.com'], 'company' => $acme]);
$told[] = $room->putContact('-1', ['addresses' => ['ann@example.com'], 'company' => $acme]) === $ann;
$told[] = $room->putContacts([['key' => 9223372036854775807, 'addresses' => ['eve@example.com']]], $acme);
$told[] = array_column(iterator_to_array($room->contacts(['key.in' => [-1, 9223372036854775807]]), false), 'key');
$told[] = array_column(iterator_to_array($room->inbox(['contact_key' => -1, 'user_key' => 17]), false), 'subject');
$message = ['to' => 'bob@example.com', 'subject' => 'S', 'text' => 'T', 'idempotency_key' => 5];
$send = $room->send($account, $message);
$told[] = $room->send($account, ['idempotency_key' => '5'] + $message) === $send;
$told[] = $room->get('send', $send)['idempotency_key'];
$batch = $room->batch($account, ['bob@example.com'], ['subject' => 'S', 'text' => 'T'], ['idempotency_key' => 6]);
$told[] = $room->batch($account, ['bob@example.com'], ['subject' => 'S', 'text' => 'T'], ['idempotency_key' => '6']) === $batch;
$room->reconnect($account, ['user_key' => 18]);
$told[] = $room->status($account)['user_key'];
try { $room->putCompany('x', ['name' => 7]); $told[] = null; } catch (Mailroom\InvalidException $e) { $told[] = $e->field(); }
try { $room->reconnect($account, ['user_key' => 1.5]); $told[] = null; } catch (Mailroom\InvalidException $e) { $told[] = $e->field(); }
echo json_encode($told);
"""


def numbers_in_python(room, account):
    told = []
    acme = room.put_company(7, name="Acme")
    told.append(room.put_company("7", name="Acme & Co") == acme)
    room.connect(**account, company=acme, user_key=17, timeout=60)
    account = room.accounts(user_key=17, company_key=7).first()
    told.append([account.user_key, len(list(room.accounts(user_key__in=[16, "17"])))])
    room.sync(account)
    ann = room.put_contact(-1, addresses="ann@example.com", company=acme)
    told.append(room.put_contact("-1", addresses="ann@example.com", company=acme) == ann)
    told.append(room.put_contacts([{"key": 2**63 - 1, "addresses": ["eve@example.com"]}], company=acme))
    told.append([row.key for row in room.contacts(key__in=[-1, 2**63 - 1])])
    told.append([row.subject for row in room.inbox(contact_key=-1, user_key=17)])
    message = {"to": "bob@example.com", "subject": "S", "text": "T"}
    send = room.send(account, **message, idempotency_key=5)
    told.append(room.send(account, **message, idempotency_key="5") == send)
    told.append(room.get("send", send).idempotency_key)
    batch = room.batch(account, ["bob@example.com"], subject="S", text="T", idempotency_key=6)
    told.append(room.batch(account, ["bob@example.com"], subject="S", text="T", idempotency_key="6") == batch)
    room.reconnect(account, user_key=18)
    told.append(room.status(account).user_key)
    for call in (lambda: room.put_company("x", name=7), lambda: room.reconnect(account, user_key=1.5)):
        try:
            call()
            told.append(None)
        except ValueError as error:
            told.append(error.fields["field"])
    return told


@pytest.mark.parametrize("language", ["python", "php"])
def test_keys_that_are_numbers(language, library, package, box, tmp_path):  # noqa: F811
    """A CRM's keys are often integers: they are taken as their decimal text, wherever a key is, also in a condition."""
    if language == "php":
        told = json.loads(php(package, NUMBERS, arguments=[tmp_path / "crm.db", json.dumps(box.account)]))
    else:
        with library.open(tmp_path / "crm.db", key_file=True) as room:
            told = numbers_in_python(room, box.account)
    assert told == [
        True, ["17", 1], True, 1, ["-1", "9223372036854775807"], ["First"], True, "5", True, "18", "name", "user_key"]
