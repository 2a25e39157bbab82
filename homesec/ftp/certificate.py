"""The door's certificate: the owner's, or one that signs itself."""

import ipaddress
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from homesec.errors import SettingsError

FILE = "ftp.pem"  # in the data folder: certificate and key; put your own there instead
_VALID = timedelta(days=3650)  # nobody renews the certificate of a camera's upload


def tls_context(data_dir: Path, names: tuple[str, ...]) -> SSL.Context:
    """TLS 1.2 at least, with the certificate of the data folder, made for `names` when there is none.

    Raises SettingsError when it can't be used.
    """
    path = data_dir / FILE
    if not path.exists():
        _write(path, _made(names))
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    try:
        context.use_certificate_chain_file(str(path))
        context.use_privatekey_file(str(path))
        context.check_privatekey()
    except SSL.Error as error:
        raise SettingsError(f"{path} does not hold a certificate and its key in PEM form") from error
    return context


def _made(names: tuple[str, ...]) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)  # RSA: old cameras know nothing newer
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "homesec")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # cameras' clocks are wrong
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(path: Path, data: bytes) -> None:
    """Readable by its owner alone from its first moment on."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as file:
        file.write(data)


def own_names(host: str, masquerade: str | None) -> tuple[str, ...]:
    """Names and addresses under which cameras may know this machine."""
    names = {host, masquerade or host, "localhost", "127.0.0.1", socket.gethostname()}
    return tuple(sorted(name for name in names if name and name.isascii() and name not in ("0.0.0.0", "::")))
