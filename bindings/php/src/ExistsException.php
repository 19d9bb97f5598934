<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_EXISTS: it is there already. */
final class ExistsException extends MailroomException
{
}
