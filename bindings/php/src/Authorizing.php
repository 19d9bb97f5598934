<?php

declare(strict_types=1);

namespace Mailroom;

use FFI\CData;

/** OAuth 2.0, as Room has it. */
trait Authorizing
{
    /**
     * Begins an authorization: 'url' to open and 'state', which come back with a 'code'; then connect with both.
     *
     * @param array<string, mixed> $request address, provider, client_id, redirect_uri ...; 'device' => true for a code to be entered;
     *     'account' with its id, and 'revoke' => true to take its access away
     * @return array<string, mixed>
     */
    public function authorize(array $request): array
    {
        return Fields::with($request, fn (CData $given): array => Fields::taken(Library::made(
            'mr_record', 'mr_authorize', $this->engine(), $given)));
    }

    /**
     * Hands in an access token from a token service of one's own ('auth' => 'external').
     *
     * @param int|array<string, mixed> $account
     * @param int|null $expiresAt in milliseconds since 1970
     */
    public function putToken(int|array $account, string $accessToken, ?int $expiresAt = null): void
    {
        $token = array_filter(
            ['access_token' => $accessToken, 'expires_at' => $expiresAt], static fn (mixed $value): bool => $value !== null);
        Fields::with($token, fn (CData $given): int => Library::call(
            'mr_token_put', $this->engine(), Fields::id($account), $given));
    }
}
