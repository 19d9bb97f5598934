<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_THROTTLED: too fast; retryAfterMs() says when. */
final class ThrottledException extends MailroomException
{
}
