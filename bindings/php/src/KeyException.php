<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_KEY: the key is missing, or is not the store's. */
final class KeyException extends MailroomException
{
}
