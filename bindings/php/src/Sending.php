<?php

declare(strict_types=1);

namespace Mailroom;

use FFI\CData;

/** Sending, as Room has it: single messages, replies and batches, and what became of them. */
trait Sending
{
    /**
     * Queues a message durably and gives the send's id.
     *
     * @param int|array<string, mixed> $account
     * @param array<string, mixed> $message to, cc, bcc, subject, text, html, attachments, raw (new Bytes),
     *     reply_to_message, idempotency_key, send_at, priority, auto_retry ... An attachment is a path, or a record with
     *     name and data (new Bytes), blob or path; what a path names goes into the store in pieces.
     */
    public function send(int|array $account, array $message): int
    {
        $message = $this->attached($message);
        $id = Library::ffi()->new('int64_t');
        Fields::with($message, fn (CData $given): int => Library::call(
            'mr_send', $this->engine(), Fields::id($account), $given, \FFI::addr($id)));
        return $id->cdata;
    }

    /**
     * Queues an answer to a stored message, from the account that has it unless one is named, and gives the send's id.
     *
     * @param int|array<string, mixed> $message
     * @param array<string, mixed> $fields as for send; In-Reply-To, References, subject and to come from the message
     * @param int|array<string, mixed>|null $account
     */
    public function reply(int|array $message, array $fields, int|array|null $account = null): int
    {
        return $this->send($account ?? 0, ['reply_to_message' => Fields::id($message)] + $fields);
    }

    /**
     * Queues one message for each recipient, durably and all or none, and gives the batch's id.
     *
     * @param int|array<string, mixed>|list<int|array<string, mixed>> $accounts one, or several that take turns
     * @param iterable<string|array{to: string, values?: array<string, string|int>}> $recipients an address, or one with
     *     the values that stand in for {{name}} in subject, text, html and header values
     * @param array<string, mixed> $message as for send, without recipients
     * @param array<string, mixed> $options name, idempotency_key, send_at, priority, auto_retry
     */
    public function batch(int|array $accounts, iterable $recipients, array $message, array $options = []): int
    {
        $several = \is_array($accounts) && array_is_list($accounts) ? $accounts : [$accounts];
        $given = [];
        foreach ($recipients as $recipient) {
            $recipient = \is_string($recipient) ? ['to' => $recipient] : $recipient;
            $given[] = array_filter($recipient, static fn (mixed $field): bool => $field !== []);
        }
        return $this->put('batch', [
            'accounts' => array_map(Fields::id(...), $several),
            'recipients' => $given,
            'message' => $this->attached($message, sealed: true),
        ] + $options);
    }

    /** The batches, each with how many of its sends are in which state. @param array<string, mixed> $where @return \Generator<int, array<string, mixed>> */
    public function batches(array $where = []): \Generator
    {
        return $this->find('batch', $where);
    }

    /**
     * Sets limits of an account where some are given, and gives its queue with every limit that holds.
     *
     * @param int|array<string, mixed> $account
     * @param array<string, ?int> $limits messages_minute, messages_hour, messages_day, recipients_minute, recipients_hour,
     *     recipients_day, recipients_message, max_size; 0 is no limit, null what is known of the provider again
     * @return array<string, mixed>
     */
    public function pacing(int|array $account, array $limits = []): array
    {
        $id = Fields::id($account);
        if ($limits !== []) {
            $there = $this->find('pacing', ['account' => $id])->current();
            if ($there === null) {
                $this->put('pacing', ['account' => $id] + $limits);
            } else {
                $this->update('pacing', $there, array_map(static fn (?int $limit): int => $limit ?? -1, $limits));
            }
        }
        return $this->get('account', $id)['sending'] ?? [];
    }

    /** What has not gone yet of it never goes. @param int|array<string, mixed> $batch */
    public function cancelBatch(int|array $batch): void
    {
        $this->update('batch', $batch, ['state' => 'cancelled']);
    }

    /**
     * The message with its attachments as the library takes them.
     *
     * @param array<string, mixed> $message
     * @param bool $sealed bytes go into the store as well: where the message stands within another record
     * @return array<string, mixed>
     */
    private function attached(array $message, bool $sealed = false): array
    {
        foreach ($message['attachments'] ?? [] as $index => $given) {
            $attachment = $this->attachment($given);
            $data = $attachment['data'] ?? null;
            if ($sealed && $data !== null) {
                $blob = $this->newBlob();
                $blob->write($data instanceof Bytes ? $data->bytes : $data);
                unset($attachment['data']);
                $attachment['blob'] = $blob->seal();
            }
            $message['attachments'][$index] = $attachment;
        }
        return $message;
    }

    /**
     * @param string|array<string, mixed> $attachment
     * @return array<string, mixed>
     */
    private function attachment(string|array $attachment): array
    {
        $values = \is_string($attachment) ? ['path' => $attachment] : $attachment;
        $path = $values['path'] ?? null;
        unset($values['path']);
        if ($path === null) {
            return $values;
        }
        $file = @fopen($path, 'rb');
        if ($file === false) {
            throw Errors::invalid('attachments', "$path cannot be read");
        }
        try {
            $blob = $this->newBlob();
            while (($piece = fread($file, Blob::PIECE)) !== false && $piece !== '') {
                $blob->write($piece);
            }
            return ['blob' => $blob->seal()] + $values + ['name' => basename($path), 'type' => MediaType::of($path)];
        } finally {
            fclose($file);
        }
    }

    /**
     * Waits until the send is sent, failed, or of unknown outcome, and gives its row; no failure is thrown.
     *
     * @param int|array<string, mixed> $send
     * @return array<string, mixed>
     * @throws TimeoutException
     */
    public function sendWait(int|array $send, ?float $timeout = null): array
    {
        $ffi = Library::ffi();
        $id = Fields::id($send);
        $out = $ffi->new('mr_record *');
        $milliseconds = Library::milliseconds($timeout);
        $result = Library::call('mr_send_wait', $this->engine(), $id, $milliseconds, \FFI::addr($out));
        $known = Fields::taken($out);
        if ($result === $ffi->MR_TIMEOUT) {
            $state = $known['state'] ?? 'queued';
            throw new TimeoutException("send $id has not ended: it is $state", $result, ['code' => 'MR_TIMEOUT'] + $known);
        }
        return isset($known['id']) ? $known : $this->get('send', $id);
    }

    /** What was not sent: failed, bounced, or of unknown outcome. @param array<string, mixed> $where @return \Generator<int, array<string, mixed>> */
    public function failed(array $where = []): \Generator
    {
        return $this->find('send', $where + ['state.in' => ['failed', 'outcome_unknown', 'bounced']]);
    }

    /** What goes by itself: queued, or waiting for its next attempt. @param array<string, mixed> $where @return \Generator<int, array<string, mixed>> */
    public function waiting(array $where = []): \Generator
    {
        return $this->find('send', $where + ['state.in' => ['queued', 'sending', 'retry_wait']]);
    }

    /** Every try at one send. @param int|array<string, mixed> $send @return \Generator<int, array<string, mixed>> */
    public function attempts(int|array $send): \Generator
    {
        return $this->find('attempt', ['send' => Fields::id($send)]);
    }

    /** @param int|array<string, mixed> $send @return \Generator<int, array<string, mixed>> */
    public function recipients(int|array $send): \Generator
    {
        return $this->find('recipient', ['send' => Fields::id($send)]);
    }

    /**
     * Sends again to those that have not accepted it yet.
     *
     * @param int|array<string, mixed> $send
     * @param array<string, mixed> $options to (others in their place), message (other content, as for send), accept_duplicate
     */
    public function resend(int|array $send, array $options = []): void
    {
        if (isset($options['message'])) {
            $options['message'] = $this->attached($options['message'], sealed: true);
        }
        Fields::with($options, fn (CData $given): int => Library::call(
            'mr_resend', $this->engine(), Fields::id($send), $given));
    }

    /** Sends again what failed and gives how many. @param array<string, mixed> $where account, class, batch, before, after */
    public function resendAll(array $where = []): int
    {
        $count = Library::ffi()->new('int64_t');
        Fields::with($where, fn (CData $given): int => Library::call(
            'mr_resend_all', $this->engine(), $given, \FFI::addr($count)));
        return $count->cdata;
    }

    /** Takes a message back that is not on the wire yet; else BusyException. @param int|array<string, mixed> $send */
    public function cancel(int|array $send): void
    {
        Library::call('mr_cancel', $this->engine(), Fields::id($send));
    }
}
