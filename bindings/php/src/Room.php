<?php

declare(strict_types=1);

namespace Mailroom;

use FFI\CData;

/**
 * An open store and everything that is done on it.
 *
 * Rows are arrays with the fields of docs/records.md; where a row stands for its id, the id or the row may be given.
 * Times are milliseconds since 1970 UTC, timeouts seconds (null: for ever).
 */
final class Room
{
    use Wishes;

    private function __construct(private ?CData $pointer, public readonly string $path)
    {
    }

    public function __destruct()
    {
        $this->close();
    }

    /**
     * Opens a store, and makes it where it is not there unless 'create' is 0. Makes no thread and no socket.
     *
     * @param array<string, mixed> $options those of mr_open: work, key (new Bytes, or 64 hexadecimal digits), key_file,
     *     plugins ... Under a web server 'work' is 'never' unless said otherwise: a request reads and queues, a worker works.
     */
    public static function open(string $path, array $options = []): self
    {
        if (!\in_array(PHP_SAPI, ['cli', 'phpdbg', 'embed'], true)) {
            $options += ['work' => 'never'];
        }
        $path = Library::text('store', $path);
        return Fields::with($options, static fn (CData $given): self => new self(
            Library::made('mr_engine', 'mr_open', $path, $given),
            $path,
        ));
    }

    public function close(): void
    {
        if ($this->pointer !== null) {
            Library::ffi()->mr_close($this->pointer);
            $this->pointer = null;
        }
    }

    private function engine(): CData
    {
        return $this->pointer ?? throw Errors::closed('room');
    }

    /** Syncs and sends in the background, for every process on this store; needs the option work = always. */
    public function start(): void
    {
        Library::call('mr_start', $this->engine());
    }

    /** Lets running work end, or reach a point from which it can be resumed. */
    public function stop(): void
    {
        Library::call('mr_stop', $this->engine());
    }

    // ---- accounts ----

    /**
     * Connects a mailbox and gives the account once the server has let it in.
     *
     * @param array<string, mixed> $account address, provider, and the provider's settings and secrets
     * @return array<string, mixed>
     */
    public function connect(array $account, ?float $timeout = null): array
    {
        return $this->status($this->connectJob($account)->wait($timeout)['account']);
    }

    /** The same without waiting. @param array<string, mixed> $account */
    public function connectJob(array $account): Job
    {
        return $this->job($account, fn (CData $given): CData => Library::made(
            'mr_job', 'mr_connect', $this->engine(), $given));
    }

    /**
     * Connects an account again, with changed settings or secrets where given, and lets its held mail go.
     *
     * @param int|array<string, mixed> $account
     * @param array<string, mixed> $changes
     * @return array<string, mixed>
     */
    public function reconnect(int|array $account, array $changes = [], ?float $timeout = null): array
    {
        $this->reconnectJob($account, $changes)->wait($timeout);
        return $this->status($account);
    }

    /**
     * The same without waiting.
     *
     * @param int|array<string, mixed> $account
     * @param array<string, mixed> $changes
     */
    public function reconnectJob(int|array $account, array $changes = []): Job
    {
        return $this->job($changes, fn (CData $given): CData => Library::made(
            'mr_job', 'mr_reconnect', $this->engine(), Fields::id($account), $given));
    }

    /** @param int|array<string, mixed> $account */
    public function disconnect(int|array $account, bool $erase = false): void
    {
        Fields::with($erase ? ['erase' => 1] : [], fn (CData $options): int => Library::call(
            'mr_disconnect', $this->engine(), Fields::id($account), $options));
    }

    /**
     * The account's row: state, colour, reason, advice, counts.
     *
     * @param int|array<string, mixed> $account
     * @return array<string, mixed>
     */
    public function status(int|array $account): array
    {
        return Fields::taken(Library::made('mr_record', 'mr_status', $this->engine(), Fields::id($account)));
    }

    /** @param array<string, mixed> $where @return \Generator<int, array<string, mixed>> */
    public function accounts(array $where = []): \Generator
    {
        return $this->find('account', $where);
    }

    // ---- mail ----

    /**
     * Brings the store in step with the server and gives the counts.
     *
     * @param int|array<string, mixed> $account
     * @return array<string, mixed>
     */
    public function sync(int|array $account, ?string $folder = null, ?float $timeout = null): array
    {
        return $this->syncJob($account, $folder)->wait($timeout);
    }

    /** The same without waiting. @param int|array<string, mixed> $account */
    public function syncJob(int|array $account, ?string $folder = null): Job
    {
        return $this->job(['folder' => $folder], fn (CData $options): CData => Library::made(
            'mr_job', 'mr_sync', $this->engine(), Fields::id($account), $options));
    }

    /**
     * Compares every message of the server with the store: what is missing, extra, or has other flags.
     *
     * @param int|array<string, mixed> $account
     * @return array<string, mixed>
     */
    public function audit(
        int|array $account, ?string $folder = null, bool $heal = false, ?float $timeout = null): array
    {
        $options = ['folder' => $folder, 'heal' => $heal ? 1 : null];
        return $this->job($options, fn (CData $given): CData => Library::made(
            'mr_job', 'mr_audit', $this->engine(), Fields::id($account), $given))->wait($timeout);
    }

    /**
     * The rows of a kind, one after the other; the query begins with the call.
     *
     * @param array<string, mixed> $where conditions ('account' => 1, 'date.ge' => ...), order ('-date'), limit, fields
     * @return \Generator<int, array<string, mixed>>
     */
    public function find(string $kind, array $where = []): \Generator
    {
        return Rows::of(Fields::with($where, fn (CData $query): CData => Library::made(
            'mr_cursor', 'mr_find', $this->engine(), Library::text('kind', $kind), $query)));
    }

    /** @return array<string, mixed> */
    public function get(string $kind, int $id): array
    {
        return Fields::taken(Library::made('mr_record', 'mr_get', $this->engine(), Library::text('kind', $kind), $id));
    }

    /** Adds a row and gives its id. @param array<string, mixed> $values */
    public function put(string $kind, array $values): int
    {
        $id = Library::ffi()->new('int64_t');
        Fields::with($values, fn (CData $given): int => Library::call(
            'mr_put', $this->engine(), Library::text('kind', $kind), $given, \FFI::addr($id)));
        return $id->cdata;
    }

    /** @param int|array<string, mixed> $id @param array<string, mixed> $values */
    public function update(string $kind, int|array $id, array $values): void
    {
        Fields::with($values, fn (CData $given): int => Library::call(
            'mr_update', $this->engine(), Library::text('kind', $kind), Fields::id($id), $given));
    }

    /** @param int|array<string, mixed> $id */
    public function remove(string $kind, int|array $id): void
    {
        Library::call('mr_remove', $this->engine(), Library::text('kind', $kind), Fields::id($id));
    }

    /** @param array<string, mixed> $where @return \Generator<int, array<string, mixed>> */
    public function messages(array $where = []): \Generator
    {
        return $this->find('message', $where);
    }

    /** @param int|array<string, mixed> $account @return \Generator<int, array<string, mixed>> */
    public function folders(int|array $account): \Generator
    {
        return $this->find('folder', ['account' => Fields::id($account)]);
    }

    /** The message as it came, or one of its parts decoded. @param int|array<string, mixed> $message */
    public function body(int|array $message, ?string $part = null): Blob
    {
        $part = $part === null ? null : Library::text('part', $part);
        return new Blob(Library::made('mr_blob', 'mr_blob_open', $this->engine(), Fields::id($message), $part));
    }

    public function newBlob(): NewBlob
    {
        return new NewBlob(Library::made('mr_blob', 'mr_blob_new', $this->engine()));
    }

    // ---- sending ----

    /**
     * Queues a message durably and gives the send's id.
     *
     * @param int|array<string, mixed> $account
     * @param array<string, mixed> $message to, cc, bcc, subject, text, html, attachments, raw (new Bytes),
     *     idempotency_key ... An attachment is a record with name and data (new Bytes), blob, or path; what a path
     *     names goes into the store in pieces.
     */
    public function send(int|array $account, array $message): int
    {
        foreach ($message['attachments'] ?? [] as $index => $attachment) {
            $message['attachments'][$index] = $this->attachment($attachment);
        }
        $id = Library::ffi()->new('int64_t');
        Fields::with($message, fn (CData $given): int => Library::call(
            'mr_send', $this->engine(), Fields::id($account), $given, \FFI::addr($id)));
        return $id->cdata;
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
            return ['blob' => $blob->seal()] + $values + ['name' => basename($path)];
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
            throw new TimeoutException("send $id has not ended", $result, ['code' => 'MR_TIMEOUT'] + $known);
        }
        return isset($known['id']) ? $known : $this->get('send', $id);
    }

    /** What was not sent: failed, bounced, or of unknown outcome. @param array<string, mixed> $where @return \Generator<int, array<string, mixed>> */
    public function failed(array $where = []): \Generator
    {
        return $this->find('send', $where + ['state.in' => ['failed', 'outcome_unknown', 'bounced']]);
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
     * @param array<string, mixed> $options to, accept_duplicate
     */
    public function resend(int|array $send, array $options = []): void
    {
        Fields::with($options, fn (CData $given): int => Library::call(
            'mr_resend', $this->engine(), Fields::id($send), $given));
    }

    /** Sends again what failed and gives how many. @param array<string, mixed> $where account, class, before, after */
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

    // ---- results ----

    /** Any process's job, by its id. */
    public function openJob(int $id): Job
    {
        return new Job(Library::made('mr_job', 'mr_job_open', $this->engine(), $id));
    }

    /**
     * The changes after this number; keep the last one's number and none is missed.
     *
     * @param array<string, mixed> $where
     * @return \Generator<int, array<string, mixed>>
     */
    public function changes(int $after = 0, array $where = []): \Generator
    {
        return Rows::of(Fields::with($where, fn (CData $query): CData => Library::made(
            'mr_cursor', 'mr_changes', $this->engine(), $after, $query)));
    }

    public function events(): Events
    {
        return new Events(Library::made('mr_events', 'mr_events_open', $this->engine()));
    }

    // ---- providers ----

    /** @return \Generator<int, array<string, mixed>> */
    public function providers(): \Generator
    {
        return $this->find('provider');
    }

    /**
     * An operation that only this account's provider has.
     *
     * @param int|array<string, mixed> $account
     * @param array<string, mixed> $arguments
     */
    public function call(int|array $account, string $operation, array $arguments = []): Job
    {
        return $this->job($arguments, fn (CData $given): CData => Library::made(
            'mr_job', 'mr_call', $this->engine(), Fields::id($account), Library::text('operation', $operation), $given));
    }

    /** @param array<string, mixed> $values @param callable(CData): CData $make */
    private function job(array $values, callable $make): Job
    {
        return new Job(Fields::with($values, $make));
    }
}
