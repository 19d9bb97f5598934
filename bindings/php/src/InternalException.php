<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_INTERNAL: a fault of Mailroom's own. */
final class InternalException extends MailroomException
{
}
