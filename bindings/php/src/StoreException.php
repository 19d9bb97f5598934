<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_STORE: the store's file cannot be read or written. */
final class StoreException extends MailroomException
{
}
