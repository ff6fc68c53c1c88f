"""The worked example with fixed parameters in Aliyun's own documentation of the V3 signature."""

from __future__ import annotations

from yutang.connectors.sms_aliyun import signing

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
HEADERS = {
    "host": "ecs.cn-shanghai.aliyuncs.com",
    "x-acs-action": "RunInstances",
    "x-acs-content-sha256": EMPTY,
    "x-acs-date": "2023-10-26T10:22:32Z",
    "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    "x-acs-version": "2014-05-26",
}
PARAMS = {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}


def signed(**changes: object) -> str:
    given = {
        "key_id": "YourAccessKeyId", "key_secret": "YourAccessKeySecret", "method": "POST", "path": "/",
        "query": signing.query_text(PARAMS), "headers": HEADERS,
    }  # fmt: skip
    return signing.authorization(**given | changes)


def test_the_documents_example():
    assert signing.digest(b"") == EMPTY
    assert signed() == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"
        "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_everything_is_signed():
    others = [
        signed(method="GET"), signed(path="/x"), signed(query=""), signed(key_secret="x"),
        *(signed(headers=HEADERS | {name: "x"}) for name in HEADERS),
    ]  # fmt: skip
    assert len({signed(), *others}) == len(others) + 1


def test_escaping_after_rfc_3986():
    assert signing.query_text({"b": "a b*c~d+e/f", "a": "谷&="}) == "a=%E8%B0%B7%26%3D&b=a%20b%2Ac~d%2Be%2Ff"
