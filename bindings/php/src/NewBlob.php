<?php

declare(strict_types=1);

namespace Mailroom;

use FFI\CData;

/** An attachment on its way into the store; abandoned where it is not sealed. */
final class NewBlob
{
    /** @internal */
    public function __construct(private ?CData $pointer)
    {
    }

    public function __destruct()
    {
        if ($this->pointer !== null) {
            Library::ffi()->mr_blob_free($this->pointer);
            $this->pointer = null;
        }
    }

    public function write(string $bytes): void
    {
        $this->check();
        Library::call('mr_blob_write', $this->pointer, Fields::buffer($bytes), \strlen($bytes));
    }

    /** @return int the id for an attachment's field blob */
    public function seal(): int
    {
        $this->check();
        $id = Library::ffi()->new('int64_t');
        Library::call('mr_blob_seal', $this->pointer, \FFI::addr($id));
        $this->__destruct();
        return $id->cdata;
    }

    private function check(): void
    {
        if ($this->pointer === null) {
            throw Errors::closed('body');
        }
    }
}
