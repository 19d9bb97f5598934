<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_STALE: changes from before what the feed keeps, or a sync cursor that is no longer valid. */
final class StaleException extends MailroomException
{
}
