<?php

declare(strict_types=1);

namespace Mailroom;

use FFI;
use FFI\CData;

/**
 * libmailroom itself: found, loaded once in a process, and its refusals turned into exceptions.
 *
 * The file is the one named by {@see load}, or lies in a lib directory above this package (dist/ and an installation
 * have it so), or is what the system's loader finds: never what an environment variable says.
 */
final class Library
{
    public const NAME = 'libmailroom.so.1';
    private const SCOPE = 'MAILROOM';
    private const ABI_MAJOR = 1;

    private static ?FFI $ffi = null;
    private static ?string $path = null;

    /** Names the file to load, before anything else of this package is used. */
    public static function load(string $path): void
    {
        if (self::$ffi !== null && self::$path !== $path) {
            throw new \LogicException('libmailroom is loaded already');
        }
        self::$path = $path;
        self::ffi();
    }

    /** The declared library: from ffi.preload's scope where php.ini names it, else declared here, once in a process. */
    public static function ffi(): FFI
    {
        return self::$ffi ??= self::opened();
    }

    /** The library's version. */
    public static function version(): string
    {
        return self::ffi()->mr_version() ?? '';
    }

    private static function opened(): FFI
    {
        try {
            $ffi = FFI::scope(self::SCOPE);
        } catch (FFI\Exception) {
            $ffi = FFI::cdef(self::declarations(), self::$path ?? self::found());
        }
        $major = $ffi->mr_abi() >> 16;
        if ($major !== self::ABI_MAJOR) {
            throw new \RuntimeException("libmailroom has the ABI $major, this package needs " . self::ABI_MAJOR);
        }
        return $ffi;
    }

    private static function declarations(): string
    {
        $text = file_get_contents(\dirname(__DIR__) . '/mailroom.ffi.h');
        if ($text === false) {
            throw new \RuntimeException('mailroom.ffi.h is missing in the package');
        }
        return $text;
    }

    private static function found(): string
    {
        for ($directory = \dirname(__DIR__), $up = 0; $up < 6; $directory = \dirname($directory), $up++) {
            if (is_file("$directory/lib/" . self::NAME)) {
                return "$directory/lib/" . self::NAME;
            }
        }
        return self::NAME;
    }

    /**
     * Calls a function whose last parameter is `mr_error **`.
     *
     * @return int the result: 0 or a small positive answer
     * @throws MailroomException what the library refused
     * @internal
     */
    public static function call(string $function, mixed ...$arguments): int
    {
        $ffi = self::ffi();
        $error = $ffi->new('mr_error *');
        $result = $ffi->$function(...[...$arguments, FFI::addr($error)]);
        if ($result < 0) {
            throw Errors::taken($ffi, $result, $error);
        }
        return $result;
    }

    /**
     * Calls a function whose last parameters are `T **out, mr_error **err`.
     *
     * @return CData the T * that it made
     * @internal
     */
    public static function made(string $type, string $function, mixed ...$arguments): CData
    {
        $out = self::ffi()->new("$type *");
        self::call($function, ...[...$arguments, FFI::addr($out)]);
        return $out;
    }

    /** A text for a `const char *`. @internal */
    public static function text(string $name, string $text): string
    {
        if (str_contains($text, "\0")) {
            throw Errors::invalid($name, 'holds a NUL byte');
        }
        return $text;
    }

    /** Seconds, or null for ever, as the library takes them. @internal */
    public static function milliseconds(?float $timeout): int
    {
        return $timeout === null ? -1 : (int) max(0, min($timeout * 1000, 2147483647));
    }
}
