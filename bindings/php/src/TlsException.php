<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_TLS: the connection could not be made safe. */
final class TlsException extends MailroomException
{
}
