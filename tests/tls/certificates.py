"""Certificates for tests, made when they run: a root, what it signs, and what goes wrong with one."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
YEAR = dt.timedelta(days=365)
NAMES = (*("root", "good", "other", "expired", "early", "self_signed", "stranger", "chained", "rsa", "p384", "long"),)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key; `issuers` are those that a server shows beside it."""

    certificate: x509.Certificate
    key: Key
    issuers: tuple[x509.Certificate, ...] = ()

    @property
    def chain_pem(self) -> bytes:
        """Its own first."""
        return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (self.certificate, *self.issuers))

    @property
    def der(self) -> bytes:
        """As it goes over the wire."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        """PKCS #8, not encrypted."""
        return self._key(serialization.Encoding.PEM)

    @property
    def key_der(self) -> bytes:
        """The same in DER."""
        return self._key(serialization.Encoding.DER)

    def _key(self, encoding: serialization.Encoding) -> bytes:
        return self.key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def make(
    *names: str,
    signer: Certificate | None = None,
    key: Key | None = None,
    start: dt.datetime = NOW - YEAR / 12,
    end: dt.datetime = NOW + 20 * YEAR,
    authority: bool = False,
) -> Certificate:
    """A certificate for `names`, addresses among them; without a `signer` it is signed by itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    issuer = signer.key if signer else key
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    alternatives = [x509.IPAddress(ipaddress.ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer.certificate.subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False)
        .add_extension(_usage(signs=authority), critical=True)
        .sign(issuer, hashes.SHA256())
    )
    shown = (signer.certificate, *signer.issuers) if signer and signer.issuers else ()
    if signer and not signer.issuers and signer.certificate.issuer != signer.certificate.subject:
        shown = (signer.certificate,)
    return Certificate(made, key, shown)


def _usage(*, signs: bool) -> x509.KeyUsage:
    """What RFC 5280, section 4.2.1.3, asks of an authority, and Python since 3.13 with it."""
    others = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only")
    unused = dict.fromkeys((*others, "decipher_only"), False)
    return x509.KeyUsage(digital_signature=True, key_cert_sign=signs, crl_sign=signs, **unused)


class Authority:
    """A root, and certificates that a server may show; each is made when it is first asked for."""

    @cached_property
    def root(self) -> Certificate:
        """What a client trusts."""
        return make("root.test", authority=True)

    @cached_property
    def good(self) -> Certificate:
        """For ``host.test``, all names below ``wild.test``, and an address."""
        return make("host.test", "*.wild.test", "10.0.2.15", signer=self.root)

    @cached_property
    def other(self) -> Certificate:
        """For another name."""
        return make("other.test", signer=self.root)

    @cached_property
    def expired(self) -> Certificate:
        """Until a day before now."""
        return make("host.test", signer=self.root, end=NOW - dt.timedelta(days=1))

    @cached_property
    def early(self) -> Certificate:
        """From a day after now on."""
        return make("host.test", signer=self.root, start=NOW + dt.timedelta(days=1))

    @cached_property
    def self_signed(self) -> Certificate:
        """By nobody else."""
        return make("host.test")

    @cached_property
    def stranger(self) -> Certificate:
        """Of a root that nobody knows, but of the same name."""
        return make("host.test", signer=make("root.test", authority=True))

    @cached_property
    def chained(self) -> Certificate:
        """Signed by one that the root has signed."""
        return make("host.test", signer=make("between.test", signer=self.root, authority=True))

    @cached_property
    def rsa(self) -> Certificate:
        """With an RSA key, for ``rsa.test``."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return make("rsa.test", signer=self.root, key=key)

    @cached_property
    def p384(self) -> Certificate:
        """With a key on P-384."""
        return make("host.test", signer=self.root, key=ec.generate_private_key(ec.SECP384R1()))

    @cached_property
    def long(self) -> Certificate:
        """With more names than go into a record."""
        return make("host.test", *(f"name-number-{i}.host.test" for i in range(160)), signer=self.root)

    def write(self, folder: Path) -> None:
        """Every one as NAME.pem, NAME.key, NAME.der and NAME.key.der."""
        for name in NAMES:
            each = getattr(self, name)
            (folder / f"{name}.pem").write_bytes(each.chain_pem)
            (folder / f"{name}.key").write_bytes(each.key_pem)
            (folder / f"{name}.der").write_bytes(each.der)
            (folder / f"{name}.key.der").write_bytes(each.key_der)
