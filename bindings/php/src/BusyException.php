<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_BUSY: somebody else is at it. */
final class BusyException extends MailroomException
{
}
