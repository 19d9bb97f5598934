<?php

declare(strict_types=1);

namespace Mailroom;

/** Bytes in a record that goes in, where a plain string would be text. */
final class Bytes
{
    public function __construct(public readonly string $bytes)
    {
    }
}
