<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_OUTAGE: the server says that it is unwell. */
final class OutageException extends MailroomException
{
}
