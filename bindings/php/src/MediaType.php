<?php

declare(strict_types=1);

namespace Mailroom;

/** The media type that a file's name suggests. @internal */
final class MediaType
{
    private const TYPES = [
        'txt' => 'text/plain', 'csv' => 'text/csv', 'html' => 'text/html', 'ics' => 'text/calendar',
        'pdf' => 'application/pdf', 'json' => 'application/json', 'xml' => 'application/xml', 'zip' => 'application/zip',
        'gz' => 'application/gzip', 'png' => 'image/png', 'jpg' => 'image/jpeg', 'jpeg' => 'image/jpeg',
        'gif' => 'image/gif', 'webp' => 'image/webp', 'svg' => 'image/svg+xml', 'mp3' => 'audio/mpeg',
        'mp4' => 'video/mp4', 'eml' => 'message/rfc822',
        'docx' => 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
        'xlsx' => 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        'odt' => 'application/vnd.oasis.opendocument.text', 'ods' => 'application/vnd.oasis.opendocument.spreadsheet',
    ];

    /** null where it suggests none: then the library's default holds. */
    public static function of(string $path): ?string
    {
        return self::TYPES[strtolower(pathinfo($path, PATHINFO_EXTENSION))] ?? null;
    }
}
