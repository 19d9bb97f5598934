<?php

declare(strict_types=1);

namespace Mailroom;

/** What makes it a CRM's mail, as Room has it: companies, contacts, the unified inbox, conversations and the log. */
trait People
{
    /**
     * Makes a company, or changes the one with this key of the CRM's, and gives its id.
     *
     * @param array<string, mixed> $values name, mailboxes (how many may run at once; null: no limit), domains (its own),
     *     exclude_internal; what is not given stays
     */
    public function putCompany(string|int $key, array $values = []): int
    {
        if (\array_key_exists('mailboxes', $values)) {
            $values['mailboxes'] ??= -1;
        }
        foreach ($this->find('company', ['key' => $key]) as $there) {
            $this->update('company', $there, $values);
            return $there['id'];
        }
        return $this->put('company', ['key' => $key] + $values);
    }

    /** The companies, with how many of their mailboxes run and wait. @param array<string, mixed> $where @return \Generator<int, array<string, mixed>> */
    public function companies(array $where = []): \Generator
    {
        return $this->find('company', $where);
    }

    /**
     * Makes a contact, or changes the one with this key of the CRM's, and gives its id. Stored mail is matched at once.
     *
     * @param array<string, mixed> $values addresses, domains (each all it has), name, company, exact; what is not given stays
     */
    public function putContact(string|int $key, array $values): int
    {
        return $this->put('contact', ['key' => $key] + $values);
    }

    /**
     * Makes or changes many and gives how many. They go in some thousand at a time; where one is refused, those of the
     * pieces before it are in.
     *
     * @param iterable<array<string, mixed>> $contacts each with key, addresses, domains, name, exact
     * @param int|array<string, mixed>|null $company whose contacts they are
     */
    public function putContacts(iterable $contacts, int|array|null $company = null): int
    {
        $of = $company === null ? [] : ['company' => Fields::id($company)];
        $count = 0;
        $piece = [];
        foreach ($contacts as $contact) {
            $piece[] = $contact;
            $count++;
            if (\count($piece) === 2000) {
                $this->put('contacts', ['contacts' => $piece] + $of);
                $piece = [];
            }
        }
        if ($piece !== []) {
            $this->put('contacts', ['contacts' => $piece] + $of);
        }
        return $count;
    }

    /** The contacts, each with how much mail it has part in. @param array<string, mixed> $where @return \Generator<int, array<string, mixed>> */
    public function contacts(array $where = []): \Generator
    {
        return $this->find('contact', $where);
    }

    /**
     * The mail of many mailboxes as one list, the newest first. The role is inbox unless it is given, null for every folder.
     *
     * @param array<string, mixed> $where contact, company, user_key, account, thread, seen, text ...; limit and after are a page
     * @return \Generator<int, array<string, mixed>>
     */
    public function inbox(array $where = []): \Generator
    {
        return $this->find('message', $where + ['role' => 'inbox', 'order' => '-date']);
    }

    /**
     * Messages with all of these words in their subject, their people or their text, the newest first.
     *
     * @param array<string, mixed> $where
     * @return \Generator<int, array<string, mixed>>
     */
    public function search(string $words, array $where = []): \Generator
    {
        return $this->find('message', ['text' => $words] + $where + ['order' => '-date']);
    }

    /** Conversations, the latest first. @param array<string, mixed> $where @return \Generator<int, array<string, mixed>> */
    public function threads(array $where = []): \Generator
    {
        return $this->find('thread', $where + ['order' => '-last_at']);
    }

    /**
     * Conversations that nobody has answered, the longest waiting first.
     *
     * @param array<string, mixed> $where
     * @return \Generator<int, array<string, mixed>>
     */
    public function waitingThreads(array $where = []): \Generator
    {
        return $this->find('thread', $where + ['waiting_since.gt' => 0, 'order' => 'waiting_since']);
    }

    /** Every error with the server's words and what to do, the newest first. @param array<string, mixed> $where @return \Generator<int, array<string, mixed>> */
    public function log(array $where = []): \Generator
    {
        return $this->find('log', $where + ['order' => '-at']);
    }
}
