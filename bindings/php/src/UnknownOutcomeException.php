<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_UNKNOWN_OUTCOME: a send may or may not have been accepted. */
final class UnknownOutcomeException extends MailroomException
{
}
