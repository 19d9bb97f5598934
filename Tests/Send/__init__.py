"""Sending against real Postfix and Dovecot, against a scripted server, and under SIGKILL."""
