<?php

declare(strict_types=1);

namespace Mailroom;

use FFI;
use FFI\CData;

/**
 * Records going in and rows coming out.
 *
 * A row is read as its JSON: one call for a whole row, with the lists and records in it. What goes in is JSON, too,
 * with bytes set beside it, since JSON has none.
 *
 * @internal
 */
final class Fields
{
    /** What names a row by its id: the row itself may stand there, too. */
    private const REFERENCES = [
        'account', 'batch', 'company', 'folder', 'message', 'replaces', 'reply_to_message', 'send', 'thread',
    ];

    /** @return array<string, mixed> the row; empty where there is none */
    public static function row(?CData $record): array
    {
        if ($record === null || FFI::isNull($record)) {
            return [];
        }
        $json = Library::ffi()->mr_record_json($record);
        if ($json === null) {
            throw new InternalException('the library wrote no JSON for a row');
        }
        return json_decode($json, true, 512, JSON_THROW_ON_ERROR | JSON_BIGINT_AS_STRING);
    }

    /** The same of a record that is ours: it is freed. @return array<string, mixed> */
    public static function taken(CData $record): array
    {
        try {
            return self::row($record);
        } finally {
            Library::ffi()->mr_record_free($record);
        }
    }

    /**
     * Makes a record, hands it to $use, and frees it. null leaves a field out.
     *
     * @template T
     * @param array<string, mixed> $values
     * @param callable(CData): T $use
     * @return T
     */
    public static function with(array $values, callable $use): mixed
    {
        $record = self::made($values, '');
        try {
            return $use($record);
        } finally {
            Library::ffi()->mr_record_free($record);
        }
    }

    /** @param array<string, mixed> $values */
    private static function made(array $values, string $path): CData
    {
        $plain = [];
        $bytes = [];
        $records = [];
        foreach ($values as $name => $value) {
            $name = (string) $name;
            if ($value === null) {
                continue;
            }
            if ($value instanceof Bytes) {
                $bytes[$name] = $value->bytes;
            } elseif (\is_array($value) && self::holdsBytes($value)) {
                $records[$name] = $value;
            } else {
                $plain[$name] = self::plain($value, $path . $name);
            }
        }
        $ffi = Library::ffi();
        $json = json_encode((object) $plain, JSON_THROW_ON_ERROR);
        $record = Library::made('mr_record', 'mr_record_from_json', $json);
        try {
            foreach ($bytes as $name => $value) {
                $buffer = self::buffer($value);
                self::check($path . $name, $ffi->mr_record_set_bytes($record, $name, $buffer, \strlen($value)));
            }
            foreach ($records as $name => $items) {
                foreach ($items as $index => $item) {
                    $inner = self::made($item, "$path{$name}[$index].");
                    $result = $ffi->mr_record_add_record($record, $name, $inner);
                    $ffi->mr_record_free($inner);
                    self::check($path . $name, $result);
                }
            }
        } catch (\Throwable $error) {
            $ffi->mr_record_free($record);
            throw $error;
        }
        return $record;
    }

    /** A C array of these bytes; one byte more, so that it is never empty. */
    public static function buffer(string $bytes): CData
    {
        $buffer = Library::ffi()->new('char[' . (\strlen($bytes) + 1) . ']');
        FFI::memcpy($buffer, $bytes, \strlen($bytes));
        return $buffer;
    }

    private static function check(string $name, int $result): void
    {
        if ($result < 0) {
            throw Errors::invalid($name, 'the library refused this value');
        }
    }

    /** @param array<mixed> $list */
    private static function holdsBytes(array $list): bool
    {
        foreach ($list as $item) {
            if (\is_array($item)) {
                foreach ($item as $value) {
                    if ($value instanceof Bytes) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** A value as JSON takes it; a time is its milliseconds. */
    private static function plain(mixed $value, string $path): mixed
    {
        if ($value instanceof \DateTimeInterface) {
            return (int) $value->format('Uv');
        }
        if (\is_array($value) && \is_int($value['id'] ?? null) && \in_array($path, self::REFERENCES, true)) {
            return $value['id'];
        }
        if (\is_bool($value)) {
            return (int) $value;
        }
        if (\is_int($value)) {
            return $value;
        }
        if (\is_string($value)) {
            if (str_contains($value, "\0")) {
                throw Errors::invalid($path, 'holds a NUL byte');
            }
            if (preg_match('//u', $value) !== 1) {
                throw Errors::invalid($path, 'is not UTF-8; bytes go in as new Mailroom\Bytes');
            }
            return $value;
        }
        if (\is_array($value)) {
            $result = [];
            foreach ($value as $key => $item) {
                if ($item !== null) {
                    $result[$key] = self::plain($item, "$path.$key");
                }
            }
            return $value !== [] && !array_is_list($value) ? (object) $result : array_values($result);
        }
        throw Errors::invalid($path, get_debug_type($value) . ' is no kind of field: text, integer, Bytes, list or record');
    }

    /** An id, or the id of a row. @param int|array<string, mixed> $row */
    public static function id(int|array $row): int
    {
        $id = \is_array($row) ? ($row['id'] ?? null) : $row;
        if (!\is_int($id)) {
            throw Errors::invalid('id', 'expected an id or a row that has one');
        }
        return $id;
    }
}
