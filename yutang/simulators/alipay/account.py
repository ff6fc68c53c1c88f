"""The application as both sides know it: the merchant's key, the gateway's own, and certificates if they are used."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from yutang.connectors.alipay import keys as connector
from yutang.connectors.alipay.keys import Keys

_FROM = datetime(2020, 1, 1, tzinfo=UTC)
_UNTIL = datetime(2050, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Certificates:
    """Texts as Alipay hands them out."""

    app: str
    alipay: str
    root: str


@dataclass(frozen=True)
class Account:
    app_id: str
    seller_id: str
    app_key: rsa.RSAPrivateKey = field(repr=False)
    gateway_key: rsa.RSAPrivateKey = field(repr=False)
    certificates: Certificates | None = None

    @property
    def private_key(self) -> str:
        """What the merchant enters: bare base64, as Alipay's key tool writes it."""
        der = self.app_key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return _bare(der)

    @property
    def alipay_public_key(self) -> str:
        return _bare(
            self.gateway_key.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )

    @cached_property
    def keys(self) -> Keys:
        """The merchant's side, read the way a merchant's entries are."""
        if self.certificates:
            return connector.certificate_mode(
                app_id=self.app_id,
                seller_id=self.seller_id,
                private_key=self.private_key,
                app_certificate=self.certificates.app,
                alipay_certificate=self.certificates.alipay,
                alipay_root_certificate=self.certificates.root,
            )
        return connector.key_mode(
            app_id=self.app_id,
            seller_id=self.seller_id,
            private_key=self.private_key,
            alipay_public_key=self.alipay_public_key,
        )


def make_account(
    app_id: str = "2021000000000001", seller_id: str = "2088000000000001", *, with_certificates: bool = False
) -> Account:
    """New keys; for certificate mode also an authority that signs both certificates."""
    app_key, gateway_key = _rsa(), _rsa()
    certificates = _certificates(app_id, app_key, gateway_key) if with_certificates else None
    return Account(app_id, seller_id, app_key, gateway_key, certificates)


def _certificates(app_id: str, app_key: rsa.RSAPrivateKey, gateway_key: rsa.RSAPrivateKey) -> Certificates:
    authority, elliptic = _rsa(), ec.generate_private_key(ec.SECP256R1())
    root, other = _name("Simulated Authority R1"), _name("Simulated Authority E1")
    root_text = _certificate(root, authority.public_key(), root, authority)
    # Alipay's file of roots mixes algorithms; only those signed with RSA count.
    mixed = [_certificate(other, elliptic.public_key(), other, elliptic), root_text]
    return Certificates(
        app=_certificate(_name(app_id), app_key.public_key(), root, authority),
        # With the issuer's behind it, as Alipay writes this file.
        alipay=_certificate(_name("Simulated Alipay"), gateway_key.public_key(), root, authority) + root_text,
        root="\n".join(mixed),
    )


def _certificate(
    subject: x509.Name,
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    signer: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
) -> str:
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .sign(signer, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Simulated Financial"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Certification Authority"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _bare(der: bytes) -> str:
    return base64.b64encode(der).decode()
