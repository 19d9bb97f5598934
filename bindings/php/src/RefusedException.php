<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_REFUSED: the server says no, and would say it again. */
final class RefusedException extends MailroomException
{
}
