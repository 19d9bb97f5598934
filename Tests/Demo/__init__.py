"""`make demo`: the main job with the tool, on a real Dovecot and a real Postfix."""
