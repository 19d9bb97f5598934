<?php

declare(strict_types=1);

namespace Mailroom;

use FFI\CData;

/** The body of a message or of one of its parts, read in pieces. */
final class Blob
{
    public const PIECE = 262144;

    /** @internal */
    public function __construct(private ?CData $pointer)
    {
    }

    public function __destruct()
    {
        $this->close();
    }

    public function close(): void
    {
        if ($this->pointer !== null) {
            Library::ffi()->mr_blob_free($this->pointer);
            $this->pointer = null;
        }
    }

    /** At most so many bytes; the empty string is the end. */
    public function read(int $size = self::PIECE): string
    {
        if ($this->pointer === null) {
            throw Errors::closed('body');
        }
        if ($size < 1) {
            throw Errors::invalid('size', 'must be at least 1');
        }
        $ffi = Library::ffi();
        $buffer = $ffi->new("char[$size]");
        $length = $ffi->new('size_t');
        Library::call('mr_blob_read', $this->pointer, $buffer, $size, \FFI::addr($length));
        return \FFI::string($buffer, $length->cdata);
    }

    /** @return \Generator<int, string> the body in pieces; memory does not follow its length */
    public function pieces(int $size = self::PIECE): \Generator
    {
        while (($piece = $this->read($size)) !== '') {
            yield $piece;
        }
        $this->close();
    }

    /** The whole of it in memory. */
    public function contents(): string
    {
        $contents = '';
        foreach ($this->pieces() as $piece) {
            $contents .= $piece;
        }
        return $contents;
    }
}
