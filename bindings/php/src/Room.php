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
    use Authorizing;
    use People;
    use Sending;
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

    /**
     * Finds the settings for an address: `connect` in what it gives is ready for connect(), but for the secret. Where nothing was
     * found or proved, `ok` is 0 and `reason` says why.
     *
     * @return array<string, mixed>
     */
    public function discover(string $address, ?float $timeout = null): array
    {
        $job = new Job(Library::made('mr_job', 'mr_discover', $this->engine(), Library::text('address', $address)));
        return $job->wait($timeout);
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

    /** Looks into something: verify or domain. @param array<string, mixed> $arguments */
    public function check(string $what, array $arguments = []): Job
    {
        return $this->job($arguments, fn (CData $given): CData => Library::made(
            'mr_job', 'mr_check', $this->engine(), Library::text('what', $what), $given));
    }

    /**
     * Sends one message round the mailbox: how long each step took, and the likely cause where it was late.
     *
     * @param int|array<string, mixed> $account
     * @return array<string, mixed>
     */
    public function verify(int|array $account, ?string $folder = null, float $within = 60): array
    {
        return $this->check('verify', [
            'account' => Fields::id($account), 'folder' => $folder, 'timeout_ms' => (int) ($within * 1000),
        ])->wait();
    }

    /**
     * MX, SPF, DKIM and DMARC of a domain, or of an account's: steps, what is wrong, the record to publish.
     *
     * @param string|int|array<string, mixed> $domain a domain, or an account
     * @param list<string> $selectors the DKIM selectors to ask for; none: the usual ones
     * @param float $timeout seconds for one answer of a name server
     * @return array<string, mixed>
     */
    public function checkDomain(
        string|int|array $domain, array $selectors = [], ?string $resolver = null, float $timeout = 5): array
    {
        $about = \is_string($domain) ? ['domain' => $domain] : ['account' => Fields::id($domain)];
        return $this->check('domain', $about + [
            'selectors' => $selectors ?: null, 'resolver' => $resolver, 'timeout_ms' => (int) ($timeout * 1000),
        ])->wait();
    }

    /**
     * Looks into a mailbox step by step: 'ok', the 'steps', and at the first failure the 'cause' with its 'advice'.
     *
     * @param int|array<string, mixed> $account
     * @param bool $send also sends a message to the account's own address and waits for it
     * @return array<string, mixed>
     */
    public function doctor(
        int|array $account, bool $send = false, ?string $resolver = null, float $timeout = 120): array
    {
        return $this->check('doctor', [
            'account' => Fields::id($account), 'send' => $send ? 1 : null, 'resolver' => $resolver,
            'timeout_ms' => (int) ($timeout * 1000),
        ])->wait();
    }

    /** Does something to the store: erase, export, backup, rekey or compact. @param array<string, mixed> $arguments */
    public function maintain(string $what, array $arguments = []): Job
    {
        return $this->job($arguments, fn (CData $given): CData => Library::made(
            'mr_job', 'mr_maintain', $this->engine(), Library::text('what', $what), $given));
    }

    /** @param array<string, mixed> $values @param callable(CData): CData $make */
    private function job(array $values, callable $make): Job
    {
        return new Job(Fields::with($values, $make));
    }
}
