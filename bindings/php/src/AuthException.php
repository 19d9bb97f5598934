<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_AUTH: the credentials were refused. */
final class AuthException extends MailroomException
{
}
