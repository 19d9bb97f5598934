<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_INVALID: bad input; nothing was changed, and field() names what was wrong. */
final class InvalidException extends MailroomException
{
}
