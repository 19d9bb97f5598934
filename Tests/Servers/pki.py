"""Certificates for the test servers: one authority, a good one for localhost and 127.0.0.1, and bad ones."""

import os
import subprocess

_CONFIGURATION = """
[ca]
default_ca = mine
[mine]
dir = {folder}
new_certs_dir = {folder}/issued
database = {folder}/index
serial = {folder}/serial
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[here]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost,IP:127.0.0.1
[elsewhere]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:mail.elsewhere.example
"""


class Pki:
    """`ca`, and the pairs (certificate, key) `good`, `expired`, `wrong_host` and `self_signed`: paths of PEM files."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(f"{folder}/issued", mode=0o755)
        with open(f"{folder}/openssl.cnf", "w") as file:
            file.write(_CONFIGURATION.format(folder=folder))
        open(f"{folder}/index", "w").close()
        with open(f"{folder}/serial", "w") as file:
            file.write("1000\n")
        self.ca = f"{folder}/ca.pem"
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
            "-subj", "/CN=Test authority", "-extensions", "authority", "-keyout", f"{folder}/ca.key", "-out", self.ca)
        self.good = self._issue("good", "here", "20200101000000Z", "20491231235959Z")
        self.expired = self._issue("expired", "here", "20200101000000Z", "20200201000000Z")
        self.wrong_host = self._issue("wrong_host", "elsewhere", "20200101000000Z", "20491231235959Z")
        self.self_signed = (f"{folder}/self_signed.pem", f"{folder}/self_signed.key")
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
            "-subj", "/CN=localhost", "-extensions", "here", "-keyout", self.self_signed[1],
            "-out", self.self_signed[0])
        for name in os.listdir(folder):
            if name.endswith((".pem", ".key")):
                os.chmod(f"{folder}/{name}", 0o644)

    def named(self, name, hosts):
        """A good certificate for other host names: the pair (certificate, key). Wildcards are names like any other."""
        with open(f"{self.folder}/{name}.cnf", "w") as file:
            file.write(
                "[these]\nbasicConstraints = CA:FALSE\nextendedKeyUsage = serverAuth\nsubjectAltName = @names\n[names]\n"
                + "".join(f"DNS.{number} = {host}\n" for number, host in enumerate(hosts, 1)))
        pair = self._issue(
            name, "these", "20200101000000Z", "20491231235959Z", ("-extfile", f"{self.folder}/{name}.cnf"))
        for path in pair:
            os.chmod(path, 0o644)
        return pair

    def _issue(self, name, extensions, start, end, more=()):
        certificate, key, request = (f"{self.folder}/{name}.{end_}" for end_ in ("pem", "key", "csr"))
        self._openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
            "-keyout", key, "-out", request)
        self._openssl(
            "ca", "-batch", "-notext", "-cert", self.ca, "-keyfile", f"{self.folder}/ca.key", "-in", request,
            "-out", certificate, "-extensions", extensions, "-startdate", start, "-enddate", end, *more)
        return certificate, key

    def _openssl(self, command, *arguments):
        subprocess.run(
            ["openssl", command, "-config", f"{self.folder}/openssl.cnf", *arguments], check=True,
            capture_output=True, cwd=self.folder)
