"""A mailbox that is connected by signing in, and what it shows."""

import time

from Servers import seed


def test_a_mailbox_is_authorized_connected_and_synced(room, oauth, dovecot, connect, user, address):
    seed.fill(dovecot.imap, user, 3)
    account = connect()
    assert account.auth == "oauth2" and account.state == "enabled"
    now = time.time() * 1000
    assert now + 3_500_000 < account.token_expires <= now + 3_600_000
    assert abs(account.token_refreshed - now) < 60_000
    room.sync(account)
    assert room.status(account).messages == 3
    assert oauth.asked["authorization_code"] == 1 and oauth.asked["refresh_token"] == 0
    assert "client_id" in account.settings and not any("secret" in name for name in account.settings)
