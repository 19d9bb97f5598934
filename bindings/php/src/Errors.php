<?php

declare(strict_types=1);

namespace Mailroom;

use FFI;
use FFI\CData;

/** From the library's errors to exceptions. @internal */
final class Errors
{
    /** @var array<string, string> the result's name and its class */
    public const CLASSES = [
        'MR_E_INTERNAL' => 'InternalException',
        'MR_E_INVALID' => 'InvalidException',
        'MR_E_NOT_FOUND' => 'NotFoundException',
        'MR_E_EXISTS' => 'ExistsException',
        'MR_E_CLOSED' => 'ClosedException',
        'MR_E_FORKED' => 'ForkedException',
        'MR_E_BUSY' => 'BusyException',
        'MR_E_CANCELLED' => 'CancelledException',
        'MR_E_UNSUPPORTED' => 'UnsupportedException',
        'MR_E_STORE' => 'StoreException',
        'MR_E_PLUGIN' => 'PluginException',
        'MR_E_KEY' => 'KeyException',
        'MR_E_CONNECTION' => 'ConnectionException',
        'MR_E_TLS' => 'TlsException',
        'MR_E_AUTH' => 'AuthException',
        'MR_E_THROTTLED' => 'ThrottledException',
        'MR_E_OUTAGE' => 'OutageException',
        'MR_E_REFUSED' => 'RefusedException',
        'MR_E_PROTOCOL' => 'ProtocolException',
        'MR_E_STALE' => 'StaleException',
        'MR_E_UNKNOWN_OUTCOME' => 'UnknownOutcomeException',
        'MR_TIMEOUT' => 'TimeoutException',
    ];

    private const FIELDS = [
        'code', 'class', 'message', 'advice', 'server_text', 'cause', 'field', 'step', 'smtp', 'enhanced', 'http',
        'provider_code', 'retry_after_ms', 'provider', 'account',
    ];
    private const NUMBERS = ['smtp' => true, 'http' => true, 'retry_after_ms' => true, 'account' => true];

    /** The exception for an error object, which is freed. */
    public static function taken(FFI $ffi, int $result, CData $error): MailroomException
    {
        $fields = [];
        $message = "the library answered $result";
        if (!FFI::isNull($error)) {
            $message = $ffi->mr_error_message($error) ?? $message;
            foreach (self::FIELDS as $name) {
                $value = $ffi->mr_error_field($error, $name);
                if ($value !== null) {
                    $fields[$name] = isset(self::NUMBERS[$name]) ? (int) $value : $value;
                }
            }
            $ffi->mr_error_free($error);
        }
        foreach (self::CLASSES as $name => $class) {
            if ($ffi->$name === $result) {
                $class = __NAMESPACE__ . "\\$class";
                return new $class($message, $result, $fields + ['code' => $name]);
            }
        }
        return new MailroomException($message, $result, $fields);
    }

    public static function invalid(string $field, string $reason): InvalidException
    {
        return new InvalidException(
            "$field: $reason",
            Library::ffi()->MR_E_INVALID,
            ['code' => 'MR_E_INVALID', 'message' => "$field: $reason", 'field' => $field],
        );
    }

    public static function closed(string $what): ClosedException
    {
        return new ClosedException("this $what is closed", Library::ffi()->MR_E_CLOSED, ['code' => 'MR_E_CLOSED']);
    }
}
