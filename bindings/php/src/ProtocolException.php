<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_PROTOCOL: an answer that makes no sense. */
final class ProtocolException extends MailroomException
{
}
