<?php

declare(strict_types=1);

namespace Mailroom;

use FFI\CData;

/** The rows of a query, while they are asked for. @internal */
final class Rows
{
    /**
     * Takes the cursor over; it is freed at the last row, and when nobody has the generator any more.
     *
     * @return \Generator<int, array<string, mixed>>
     */
    public static function of(CData $cursor): \Generator
    {
        $ffi = Library::ffi();
        try {
            while (true) {
                $record = $ffi->new('const mr_record *');
                if (Library::call('mr_cursor_next', $cursor, \FFI::addr($record)) === $ffi->MR_END) {
                    return;
                }
                yield Fields::row($ffi->cast('mr_record *', $record));
            }
        } finally {
            $ffi->mr_cursor_free($cursor);
        }
    }
}
