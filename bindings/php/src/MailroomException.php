<?php

declare(strict_types=1);

namespace Mailroom;

/**
 * A failure as the library tells it. The message is one impersonal line; {@see getCode} is the number of
 * mailroom_result.h. Every result has a class of its own.
 */
class MailroomException extends \RuntimeException
{
    /** @param array<string, string|int> $fields everything that was given, by its name in mailroom.h */
    public function __construct(string $message, int $result = -1, public readonly array $fields = [])
    {
        parent::__construct($message, $result);
    }

    /** The result's name: MR_E_AUTH ... */
    public function name(): string
    {
        return (string) ($this->fields['code'] ?? $this->getCode());
    }

    /** The class for the CRM: auth, connection, sending_limit ... */
    public function errorClass(): ?string
    {
        return $this->fields['class'] ?? null;
    }

    /** What a person does next, one step a line. */
    public function advice(): ?string
    {
        return $this->fields['advice'] ?? null;
    }

    /** The server's own words. */
    public function serverText(): ?string
    {
        return $this->fields['server_text'] ?? null;
    }

    /** The field that was wrong, of an InvalidException. */
    public function field(): ?string
    {
        return $this->fields['field'] ?? null;
    }

    public function retryAfterMs(): ?int
    {
        return $this->fields['retry_after_ms'] ?? null;
    }
}
