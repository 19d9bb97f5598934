<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_CANCELLED: it was cancelled. */
final class CancelledException extends MailroomException
{
}
