<?php

declare(strict_types=1);

namespace Mailroom;

use FFI\CData;

/** A long operation: a row of the store, so that any process may open and wait for it. Letting go does not cancel it. */
final class Job
{
    public readonly int $id;

    /** @internal */
    public function __construct(private ?CData $pointer)
    {
        $this->id = Library::ffi()->mr_job_id($pointer);
    }

    public function __destruct()
    {
        if ($this->pointer !== null) {
            Library::ffi()->mr_job_free($this->pointer);
            $this->pointer = null;
        }
    }

    /**
     * @param ?float $timeout seconds; null for ever
     * @return array<string, mixed> the job's result
     * @throws MailroomException the job's own failure, or TimeoutException
     */
    public function wait(?float $timeout = null): array
    {
        $ffi = Library::ffi();
        $out = $ffi->new('mr_record *');
        $result = Library::call('mr_job_wait', $this->pointer, Library::milliseconds($timeout), \FFI::addr($out));
        $known = Fields::taken($out);
        if ($result === $ffi->MR_TIMEOUT) {
            throw new TimeoutException("job $this->id has not ended", $result, ['code' => 'MR_TIMEOUT'] + $known);
        }
        return $known;
    }

    /** The job's row: state, done, total, note. @return array<string, mixed> */
    public function progress(): array
    {
        return Fields::taken(Library::made('mr_record', 'mr_job_progress', $this->pointer));
    }

    public function cancel(): void
    {
        Library::ffi()->mr_job_cancel($this->pointer);
    }
}
