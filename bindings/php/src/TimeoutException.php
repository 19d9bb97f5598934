<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_TIMEOUT: the time given for waiting ran out; the work goes on where a worker runs. fields has worker_seen_at, unless none ever ran. */
final class TimeoutException extends MailroomException
{
}
