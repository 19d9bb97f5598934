<?php

declare(strict_types=1);

namespace Mailroom;

/** Changes of mail, as Room has them: shown at once, and made on the server by a worker or the next sync. */
trait Wishes
{
    /**
     * Sets flags of a message, and takes them away.
     *
     * @param int|array<string, mixed> $message
     * @param array<string, mixed> $flags 'seen' => true, flagged, answered, add (a list), remove (a list), account
     */
    public function mark(int|array $message, array $flags): void
    {
        $this->update('message', $message, $flags);
    }

    /** Moves a message to another folder of its account. @param int|array<string, mixed> $message @param int|array<string, mixed> $folder */
    public function move(int|array $message, int|array $folder): void
    {
        $this->update('message', $message, ['folder' => Fields::id($folder)]);
    }

    /** Gives a message one more place and its id. @param int|array<string, mixed> $message @param int|array<string, mixed> $folder */
    public function copy(int|array $message, int|array $folder): int
    {
        return $this->put('place', ['message' => Fields::id($message), 'folder' => Fields::id($folder)]);
    }

    /** To the trash, or for good. @param int|array<string, mixed> $message */
    public function delete(int|array $message, bool $forever = false): void
    {
        $this->update('message', $message, ['delete' => $forever ? 'forever' : 'trash']);
    }

    /**
     * Puts a draft, or with the role sent the copy of what was sent, into a folder, and gives the message's id.
     *
     * @param int|array<string, mixed> $account
     * @param array<string, mixed> $message as for send, its Bcc is kept; folder, role, flags, replaces (an id)
     */
    public function draft(int|array $account, array $message): int
    {
        return $this->put('message', ['account' => Fields::id($account)] + $this->attached($message));
    }
}
