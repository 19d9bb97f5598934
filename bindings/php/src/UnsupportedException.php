<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_UNSUPPORTED: this version, or this provider, cannot do it. */
final class UnsupportedException extends MailroomException
{
}
