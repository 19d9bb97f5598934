<?php

// mainjob.php LIBRARY STORE GOOD BAD: what bindings/c/examples/mainjob.c does, in PHP.

declare(strict_types=1);

require getenv('MAILROOM_PHP') . '/autoload.php';

/** @param array<string, mixed> $row */
function say(string $step, array $row): void
{
    echo json_encode(['step' => $step, 'row' => $row], JSON_THROW_ON_ERROR), "\n";
}

[, $library, $store, $good, $bad] = $argv;
Mailroom\Library::load($library);
$room = Mailroom\Room::open($store, ['key_file' => true]);
$account = $room->connect(json_decode(fgets(STDIN), true, 16, JSON_THROW_ON_ERROR), 60);
say('sync', $room->sync($account, null, 60));
say('status', $room->status($account));
foreach ($room->messages(['account' => $account['id'], 'order' => '-date']) as $message) {
    say('message', $room->get('message', $message['id']));
    say('body', ['id' => $message['id'], 'size' => array_sum(array_map(strlen(...), iterator_to_array(
        $room->body($message)->pieces()
    )))]);
}
$outgoing = ['subject' => 'The main job', 'text' => "Hello.\n"];
say('sent', $room->sendWait($room->send($account, ['to' => [$good]] + $outgoing), 60));
$send = $room->send($account, ['to' => [$bad]] + $outgoing);
say('failed', $room->sendWait($send, 60));
foreach ($room->failed() as $row) {
    say('listed', $row);
}
if (fgets(STDIN) === false) {
    exit;
}
$room->resend($send);
say('resent', $room->sendWait($send, 60));
$later = $room->send($account, ['to' => [$good], 'send_at' => (time() + 3600) * 1000] + $outgoing);
$room->cancel($later);
say('cancelled', $room->get('send', $later));
$batch = $room->batch($account, [['to' => $good, 'values' => ['name' => 'Ann']], ['to' => $good, 'values' => ['name' => 'Bob']]],
    ['subject' => 'For {{name}}', 'text' => "Hello {{name}}.\n"]);
foreach ($room->find('send', ['batch' => $batch]) as $row) {
    $room->sendWait($row, 60);
}
say('batch', $room->get('batch', $batch));
