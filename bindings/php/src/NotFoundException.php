<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_NOT_FOUND: there is no such row. */
final class NotFoundException extends MailroomException
{
}
