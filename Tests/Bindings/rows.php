<?php

// rows.php LIBRARY STORE: what rows.c prints, read by the PHP package.

declare(strict_types=1);

require getenv('MAILROOM_PHP') . '/autoload.php';

Mailroom\Library::load($argv[1]);
$room = Mailroom\Room::open($argv[2], ['work' => 'never']);
foreach (['account', 'folder', 'message', 'send', 'recipient', 'attempt', 'batch', 'log'] as $kind) {
    foreach ($room->find($kind) as $row) {
        echo json_encode(['kind' => $kind, 'row' => $row], JSON_THROW_ON_ERROR), "\n";
    }
}
