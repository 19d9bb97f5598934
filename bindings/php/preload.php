<?php

declare(strict_types=1);

// opcache.preload names this file: it loads libmailroom's declarations once, for every request after that, and
// compiles the package, because with ffi.enable=preload only preloaded code may use FFI.
//
// Where the library is not beside this package (dist/ and an installation have it so) nor found by the
// system's loader, write an own preload file: define('MAILROOM_LIBRARY', '/path/libmailroom.so.1') and
// require this one.

namespace Mailroom;

require_once __DIR__ . '/src/Library.php';

Library::preload(\defined('MAILROOM_LIBRARY') ? \constant('MAILROOM_LIBRARY') : null);

foreach ([
    'Errors', 'MailroomException', 'Bytes', 'Fields', 'Rows', 'Blob', 'NewBlob', 'Events', 'Job', 'Room',
] as $name) {
    require_once __DIR__ . "/src/$name.php";
}
foreach (Errors::CLASSES as $name) {
    require_once __DIR__ . "/src/$name.php";
}
