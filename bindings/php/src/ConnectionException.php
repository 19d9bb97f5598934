<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_CONNECTION: the server could not be reached, or hung up. */
final class ConnectionException extends MailroomException
{
}
