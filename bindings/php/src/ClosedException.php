<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_CLOSED, and every use of an object of this package after its close(). */
final class ClosedException extends MailroomException
{
}
