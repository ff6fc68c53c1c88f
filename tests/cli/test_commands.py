from __future__ import annotations

import json

import pytest

FILE = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HANGING HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom
536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850,United Kingdom
536366,22633,HAND WARMER,1,2010-12-02 08:28:00,1.85,17850,United Kingdom
536367,22633,HAND WARMER,1,2010-12-02 08:28:00,1.85,,United Kingdom
C536379,D,Discount,-1,2010-12-03 09:41:00,2.50,17850,United Kingdom
1.23E+17,22633,HAND WARMER,1,2010-12-02 08:28:00,1.85,17850,United Kingdom
"""
MAPPING = """name = "till"
amount = "quantity*price"
refunds = "order_no prefix"
refund_values = ["C"]
[columns]
order_no = "InvoiceNo"
ordered_at = "InvoiceDate"
sku_code = "StockCode"
title = "Description"
quantity = "Quantity"
price = "UnitPrice"
buyer_id = "CustomerID"
[constants]
status = "completed"
"""
SECTION = "import", "orders"
# One worker: the tests share an installation.
pytestmark = pytest.mark.xdist_group("commands")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    (folder / "orders.csv").write_text(FILE)
    (folder / "till.toml").write_text(MAPPING)
    return folder


def imported(installation, files, *words, merchant="shop"):
    paths = str(files / "orders.csv"), "--mapping", str(files / "till.toml")
    done = installation.run(*SECTION, *paths, "--merchant", merchant, "--json", *words)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    report.pop("seconds")
    report.pop("run")
    return report


EXPECTED = {
    "dry_run": False, "lines": 5, "orders": 4, "orders_new": 4, "orders_updated": 0, "customers_new": 1,
    "customers_matched": 0, "merged": 0, "anonymous_lines": 1, "rejected": 1, "duplicates": 0, "net_amount": 3684,
}  # fmt: skip


def test_a_trial_counts_and_changes_nothing_then_the_import_then_nothing_new(installation, files):
    made = "init", "--merchant", "trial", "--currency", "GBP", "--timezone", "Europe/London", "--owner", "b@example.com"
    assert installation.run(*made, "--password-stdin", given="correct horse battery\n").returncode == 0
    assert imported(installation, files, "--dry-run", merchant="trial") == EXPECTED | {"dry_run": True}
    assert imported(installation, files, merchant="trial") == EXPECTED
    again = EXPECTED | {"orders_new": 0, "customers_new": 0, "customers_matched": 1, "duplicates": 5}
    assert imported(installation, files, merchant="trial") == again
    figures = json.loads(installation.run("metrics", "--merchant", "trial", "--json").stdout)
    assert figures["customers.total"] == 1
    assert figures["orders.count"] == 3
    assert figures["sales.net"] == 3684
    assert figures["customers.repeat"] == 1
    assert figures["repurchase.median_days"] == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((*SECTION, "{file}", "--merchant", "nobody", "--mapping", "{mapping}"), "nobody"),
        ((*SECTION, "{file}", "--merchant", "shop"), "--mapping"),
        (("metrics", "--merchant", "shop", "--at", "yesterday"), "yesterday"),
        (("segments", "count", "--merchant", "shop", "--rule", "-"), "rule"),
        (("customers", "suggest", "--merchant", "shop", "--least", "2"), "least"),
        (("init", "--merchant", "Bad Slug", "--owner", "a@example.com", "--password-stdin"), "Bad Slug"),
        (("init", "--merchant", "x", "--currency", "ZZZ", "--owner", "a@example.com", "--password-stdin"), "ZZZ"),
        (("init", "--merchant", "x", "--timezone", "Mars/Base", "--owner", "a@b.co", "--password-stdin"), "Mars"),
        (("init", "--merchant", "y", "--owner", "nobody", "--password-stdin"), "nobody"),
        (("init", "--merchant", "shop", "--owner", "a@example.com", "--password-stdin"), "shop"),
    ],
)
def test_a_mistake_ends_with_one_clear_line(installation, files, words, says):
    places = {"{file}": str(files / "orders.csv"), "{mapping}": str(files / "till.toml")}
    done = installation.run(*(places.get(word, word) for word in words), given="not a rule\n")
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_likely_pairs_are_looked_for(installation, files):
    imported(installation, files)
    done = installation.run("customers", "suggest", "--merchant", "shop", "--json")
    found = json.loads(done.stdout)
    assert (found["people"], found["likely"], found["proposed"]) == (1, 0, 0)


def test_doctor_finds_a_fresh_installation_well_and_says_when_jobs_wait(fresh_installation, files):
    assert ailing(fresh_installation) == {}
    imported(fresh_installation, files)
    assert ailing(fresh_installation) == {"worker": "Jobs wait: start yutang up."}


def ailing(installation):
    """`{part: advice}` of what the doctor does not like."""
    done = installation.run("doctor", "--json")
    bad = {finding["part"]: finding["advice"] for finding in json.loads(done.stdout) if not finding["is_good"]}
    bad.pop("web pages", None)  # a checkout without built pages says so
    assert done.returncode == (1 if bad else 0)
    return bad


def test_a_backup_brings_everything_back(installation, files, tmp_path_factory):
    imported(installation, files)
    archive = tmp_path_factory.mktemp("backup") / "all.tar.gz"
    assert installation.run("backup", str(archive)).returncode == 0
    assert installation.run("backup", str(archive)).returncode == 2, "an existing file is never overwritten"
    elsewhere = type(installation)(installation.home.with_name("restored"))
    assert elsewhere.run("restore", str(archive)).returncode == 0
    before = installation.run("metrics", "--merchant", "shop", "--json").stdout
    assert elsewhere.run("metrics", "--merchant", "shop", "--json").stdout == before
    assert imported(elsewhere, files)["duplicates"] == 5, "transaction ids and sequences went on"
    assert elsewhere.run("restore", str(archive)).returncode == 2, "an installation is never overwritten"


def test_garbage_is_no_backup(installation, tmp_path):
    (tmp_path / "garbage.tar.gz").write_bytes(b"\x1f\x8b garbage")
    elsewhere = type(installation)(installation.home.with_name("empty"))
    done = elsewhere.run("restore", str(tmp_path / "garbage.tar.gz"))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
