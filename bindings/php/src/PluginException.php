<?php

declare(strict_types=1);

namespace Mailroom;

/** MR_E_PLUGIN: a plugin was refused, or broke the rules. */
final class PluginException extends MailroomException
{
}
