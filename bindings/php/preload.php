<?php

declare(strict_types=1);

// opcache.preload names this file: with ffi.enable=preload only preloaded code may use FFI, so every class of the
// package is compiled here, once, when php-fpm starts. The library itself is loaded by the first request that needs it.

namespace Mailroom;

foreach ([
    'Library', 'MailroomException', 'Errors', 'Bytes', 'Fields', 'Rows', 'Blob', 'NewBlob', 'Events', 'Job', 'Sending',
    'Authorizing', 'People', 'Wishes', 'MediaType', 'Room',
] as $name) {
    require_once __DIR__ . "/src/$name.php";
}
foreach (Errors::CLASSES as $name) {
    require_once __DIR__ . "/src/$name.php";
}
