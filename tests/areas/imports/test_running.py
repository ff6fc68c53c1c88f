from __future__ import annotations

import io

import pytest

from tests.areas.imports.runs import MAPPING, pool, run, text, upload
from tests.factories.merchants import make_merchant
from yutang.areas.imports import queries, services
from yutang.areas.imports.errors import ImportFileError
from yutang.areas.imports.failures import FilesUnfit, FileUnreadable, MappingUnusable, NotRunnable
from yutang.areas.imports.models import ImportRun, SavedMapping
from yutang.areas.imports.services import running
from yutang.areas.orders.models import Order, SaleLine
from yutang.core import access, tenancy
from yutang.core.errors import NotAllowed, NotFound

GOOD = text(
    "1,a,2026-01-05 10:00,,12.50,2,,Toast,13800138000",
    "1,b,2026-01-05 10:00,,3.00,1,1.00,Bun,13800138000",
    "2,a,2026-01-06 10:00,,8.00,1,,Cake,,C7",
    "3,a,2026-01-07 10:00,,5.00,1,,Bun",
)


def test_an_import_makes_people_orders_and_facts(actor):
    made, counts = run(GOOD, actor)
    assert (made.state, made.bytes_read, made.error) == ("done", made.bytes_total, None)
    assert counts == services.Counts(
        lines=5, orders=3, orders_new=3, customers_new=2, anonymous_lines=1, facts=5, net_amount=2750
    )


def test_the_same_file_again_changes_nothing(actor):
    run(GOOD, actor)
    before = pool()
    _, counts = run(GOOD, actor)
    assert pool() == before
    assert (counts.facts, counts.orders_new, counts.orders_updated, counts.customers_new) == (0, 0, 0, 0)
    assert (counts.duplicates, counts.customers_matched) == (5, 2)


def test_a_dry_run_counts_like_the_real_one_and_writes_nothing(actor):
    run(text("1,a,2026-01-05 10:00,,12.50,2,,Toast,13800138000"), actor)
    before = pool()
    changed = GOOD + "4,a,no date,,5.00,1,,Bun,,,,\n"
    made, dry = run(changed, actor, dry_run=True)
    assert pool() == before
    assert (made.state, made.is_dry_run, made.chunks_done) == ("done", True, 0)
    services.start(run_id=made.pk, dry_run=False, actor=actor)
    assert services.execute(run_id=made.pk, actor=actor) == dry
    assert dry.rejected == 1


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_shows_its_progress_and_can_be_cancelled():
    merchant = make_merchant()
    actor = access.system(merchant.pk)
    with tenancy.scope(merchant.pk):
        made = upload(GOOD, actor)
        services.start(run_id=made.pk, dry_run=True, actor=actor)

    def cancel(read: int, total: int) -> None:
        if not seen:  # seen by another connection while the dry run's transaction is open
            assert (read, total) == (made.bytes_total, made.bytes_total)
        seen.append(read)

    seen: list[int] = []
    services.execute(run_id=made.pk, actor=actor, progress=cancel, chunk_rows=1)
    with tenancy.scope(merchant.pk):
        made.refresh_from_db()
        assert (made.state, made.bytes_read) == ("done", made.bytes_total)
        assert not Order.objects.exists()


def test_a_newer_file_updates_and_an_older_one_does_not(actor):
    run(text("1,a,2026-01-05 10:00,2026-01-05 10:00,12.50,2,,Toast,13800138000,,,open"), actor)
    assert Order.objects.get().status == "unpaid"
    assert SaleLine.objects.count() == 0
    newer = text("1,a,2026-01-05 10:00,2026-01-06 10:00,12.50,2,2.00,Toast,13800138000,,,completed")
    _, counts = run(newer, actor)
    assert (counts.orders_new, counts.orders_updated, counts.facts) == (0, 1, 2)
    before = pool()
    _, counts = run(text("1,a,2026-01-05 10:00,2026-01-05 12:00,9.50,2,,Toast,13800138000,,,closed"), actor)
    assert (counts.orders_updated, counts.facts) == (0, 0)
    assert pool() == before


def test_a_store_that_does_not_exist_is_named_once_for_its_row(actor):
    made, counts = run(text("1,a,2026-01-05 10:00,,12.50,2,1.00,Toast,,,S99", "2,a,2026-01-05 10:00,,1,1"), actor)
    assert (counts.rejected, counts.lines, counts.orders) == (1, 1, 1)
    found = list(services.rejected_rows(made))
    assert [(row["row"], row["column"], row["code"], row["value"]) for row in found] == [
        ("2", "store_code", "row.store_unknown", "S99")
    ]


def test_rejected_rows_are_told_in_the_readers_language_and_never_run_as_formulas(actor):
    made, _ = run(text("1,a,=cmd|x,,12.50", "1.23E+17,a,2026-01-05,,1"), actor)
    lines = "".join(services.rejected_csv(made)).split("\r\n")
    assert lines[0].startswith("\ufeff")
    assert lines[1].startswith("2,at,")
    assert lines[1].endswith(",row.date_unreadable,'=cmd|x")
    assert lines[2].startswith("3,no,")
    assert lines[2].endswith(",row.id_corrupted,1.23E+17")
    assert len(lines) == 4


def test_a_file_cut_into_many_chunks_counts_like_one(actor):
    whole = upload(GOOD, actor)
    services.start(run_id=whole.pk, dry_run=True, actor=actor)
    expected = services.execute(run_id=whole.pk, actor=actor)
    services.start(run_id=whole.pk, dry_run=False, actor=actor)
    assert services.execute(run_id=whole.pk, actor=actor, chunk_rows=1) == expected


def many(count: int = 60) -> str:
    return text(*(f"{n},a,2026-01-05 10:00,,1.00,1,,Bun,138{n % 7:08d}" for n in range(count)))


def test_cancelled_and_continued_it_ends_like_an_undisturbed_run(actor):
    made = upload(many(), actor)
    services.start(run_id=made.pk, dry_run=False, actor=actor)

    def stop(read: int, total: int) -> None:
        if Order.objects.count() == 20:
            services.cancel(run_id=made.pk, actor=actor)

    counts = services.execute(run_id=made.pk, actor=actor, progress=stop, chunk_rows=10)
    made.refresh_from_db()
    assert (made.state, made.chunks_done, counts.orders, Order.objects.count()) == ("cancelled", 2, 20, 20)
    services.start(run_id=made.pk, dry_run=False, actor=actor)
    counts = services.execute(run_id=made.pk, actor=actor, chunk_rows=10)
    assert counts == services.Counts(lines=60, orders=60, orders_new=60, customers_new=7, facts=60, net_amount=6000)


def test_a_run_cancelled_while_it_waits_never_starts(actor):
    made = upload(GOOD, actor)
    services.queue(run_id=made.pk, dry_run=False, actor=actor)
    services.cancel(run_id=made.pk, actor=actor)
    services.execute(run_id=made.pk, actor=actor)
    made.refresh_from_db()
    assert (made.state, Order.objects.count()) == ("cancelled", 0)


def test_a_finished_run_is_not_run_again(actor):
    made, counts = run(GOOD, actor)
    with pytest.raises(NotRunnable):
        services.queue(run_id=made.pk, dry_run=False, actor=actor)
    assert services.execute(run_id=made.pk, actor=actor) == counts


@pytest.mark.django_db(transaction=True)
def test_an_import_that_breaks_is_failed_and_goes_on_where_it_was(monkeypatch):
    merchant = make_merchant()
    actor = access.system(merchant.pk)
    with tenancy.scope(merchant.pk):
        made = upload(many(), actor)
        services.start(run_id=made.pk, dry_run=False, actor=actor)
    apply, calls = running.pipeline.apply, []

    def full_disk(*args, **kwargs):
        calls.append(1)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        return apply(*args, **kwargs)

    monkeypatch.setattr(running.pipeline, "apply", full_disk)
    with pytest.raises(OSError, match="No space left"):
        services.execute(run_id=made.pk, actor=actor, chunk_rows=10)
    with tenancy.scope(merchant.pk):
        made.refresh_from_db()
        assert (made.state, made.error, made.chunks_done) == ("failed", {"code": "run.interrupted", "detail": ""}, 2)
        assert Order.objects.count() == 20
        services.start(run_id=made.pk, dry_run=False, actor=actor)
    counts = services.execute(run_id=made.pk, actor=actor, chunk_rows=10)
    assert (counts.orders, counts.orders_new, counts.duplicates, counts.customers_new) == (60, 60, 0, 7)


def test_a_file_that_turns_out_unreadable_fails_with_its_reason(actor):
    made = upload("a,b\n1,2\n", actor)
    services.start(run_id=made.pk, dry_run=False, actor=actor)
    with pytest.raises(ImportFileError):
        services.execute(run_id=made.pk, actor=actor)
    made.refresh_from_db()
    assert (made.state, made.error["code"]) == ("failed", "file.columns_missing")
    assert "no" in made.error["detail"]


def test_a_mapping_saved_once_serves_the_next_file_with_these_headers(actor):
    first = upload(GOOD, actor, mapping=None)
    assert (first.layout, first.mapping) == ("", "")
    with pytest.raises(NotRunnable):
        services.start(run_id=first.pk, dry_run=True, actor=actor)
    services.save_mapping(run_id=first.pk, toml=MAPPING, name="Till", actor=actor)
    assert SavedMapping.objects.get().name == "Till"
    assert upload(text("9,a,2026-01-01,,1"), actor, mapping=None).mapping == MAPPING


def test_a_mapping_that_cannot_work_names_the_setting(actor):
    made = upload(GOOD, actor, mapping=None)
    with pytest.raises(MappingUnusable) as caught:
        services.save_mapping(run_id=made.pk, toml="amount = 3", name="x", actor=actor)
    assert (caught.value.field, caught.value.params["reason_code"]) == ("amount", "not_text")
    assert not SavedMapping.objects.exists()


def test_a_new_mapping_makes_a_half_done_run_begin_anew(actor):
    made = upload(many(), actor)
    services.start(run_id=made.pk, dry_run=False, actor=actor)
    services.execute(
        run_id=made.pk, actor=actor, chunk_rows=10, progress=lambda *_: services.cancel(run_id=made.pk, actor=actor)
    )
    services.save_mapping(
        run_id=made.pk, toml=MAPPING.replace('amount = "sum"', 'amount = "pieces"'), name="x", actor=actor
    )
    services.start(run_id=made.pk, dry_run=False, actor=actor)
    counts = services.execute(run_id=made.pk, actor=actor, chunk_rows=10)
    assert (counts.lines, counts.net_amount, counts.duplicates) == (60, 6000, 10)


def test_two_files_that_do_not_belong_together_are_refused(actor):
    files = [("a.csv", io.BytesIO(GOOD.encode())), ("b.csv", io.BytesIO(b"x,y\n1,2\n"))]
    with pytest.raises(FileUnreadable) as caught:
        services.upload(files=files, actor=actor)
    assert (caught.value.params["name"], caught.value.params["reason_code"]) == ("b.csv", "file.not_a_pair")
    with pytest.raises(FilesUnfit):
        services.upload(files=[], actor=actor)
    assert not ImportRun.objects.exists()


def test_two_files_of_one_kind_are_one_run(actor):
    files = [("a.csv", io.BytesIO(GOOD.encode())), ("b.csv", io.BytesIO(text("7,a,2026-01-09,,1.00").encode()))]
    made = services.upload(files=files, mapping=MAPPING, actor=actor)
    services.start(run_id=made.pk, dry_run=False, actor=actor)
    assert services.execute(run_id=made.pk, actor=actor).orders == 4


def test_only_who_may_import_does(actor):
    made = upload(GOOD, actor)
    looker = access.Actor("user", 1, "x", actor.merchant_id, {"imports.view": None})
    for attempt in (
        lambda: upload(GOOD, looker),
        lambda: services.start(run_id=made.pk, dry_run=True, actor=looker),
        lambda: services.queue(run_id=made.pk, dry_run=True, actor=looker),
        lambda: services.cancel(run_id=made.pk, actor=looker),
        lambda: services.execute(run_id=made.pk, actor=looker),
        lambda: services.save_mapping(run_id=made.pk, toml=MAPPING, name="x", actor=looker),
        lambda: services.use_layout(run_id=made.pk, layout="jd", actor=looker),
        lambda: queries.runs(actor=access.Actor("user", 1, "x", actor.merchant_id, {})),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert ImportRun.objects.count() == 1


def test_another_merchants_run_does_not_exist(actor):
    made = upload(GOOD, actor)
    other = make_merchant()
    with tenancy.scope(other.pk):
        stranger = access.system(other.pk)
        for attempt in (queries.run, lambda pk, actor: services.cancel(run_id=pk, actor=actor),
                        lambda pk, actor: services.execute(run_id=pk, actor=actor)):  # fmt: skip
            with pytest.raises(NotFound):
                attempt(made.pk, actor=stranger)
        assert list(queries.runs(actor=stranger)) == []
