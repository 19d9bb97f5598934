<?php

declare(strict_types=1);

namespace Mailroom;

use FFI\CData;

/** The doorbell of the change feed: says that something happened; Room::changes says what. */
final class Events
{
    /** @internal */
    public function __construct(private ?CData $pointer)
    {
    }

    public function __destruct()
    {
        if ($this->pointer !== null) {
            Library::ffi()->mr_events_free($this->pointer);
            $this->pointer = null;
        }
    }

    /** The descriptor, for event loops that take one. Never read it. */
    public function descriptor(): int
    {
        return Library::ffi()->mr_events_fd($this->pointer);
    }

    /**
     * @param ?float $timeout seconds; null for ever
     * @return ?int the latest change's number; null where none came
     */
    public function wait(?float $timeout = null): ?int
    {
        $ffi = Library::ffi();
        $latest = $ffi->new('int64_t');
        $result = Library::call('mr_events_wait', $this->pointer, Library::milliseconds($timeout), \FFI::addr($latest));
        return $result === $ffi->MR_TIMEOUT ? null : $latest->cdata;
    }
}
