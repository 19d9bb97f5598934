<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_FORKED: the handle was made before a fork; open anew in the child. */
final class ForkedException extends MailroomException
{
}
