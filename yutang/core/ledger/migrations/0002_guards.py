from django.db import migrations

BALANCED = """
-- Statistics know nothing of a merchant who came since: by them any index that begins with the merchant finds one row,
-- and a batch would be read whole for each of its postings. The generic plan takes the average merchant.
CREATE FUNCTION ledger_entry_is_balanced() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  scope_before text := COALESCE(current_setting('yutang.merchant_id', true), '');
  wrong record;
BEGIN
  -- Runs at commit, when the tenancy scope is usually closed: without the merchant, row-level security would hide the
  -- postings and everything would seem to balance.
  PERFORM set_config('yutang.merchant_id', NEW.merchant_id::text, true);
  SELECT a.unit, sum(p.amount) AS difference INTO wrong
    FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
   WHERE p.merchant_id = NEW.merchant_id AND p.entry_id = NEW.entry_id GROUP BY a.unit HAVING sum(p.amount) <> 0 LIMIT 1;
  PERFORM set_config('yutang.merchant_id', scope_before, true);
  IF wrong.unit IS NOT NULL THEN
    RAISE EXCEPTION 'ledger entry % does not balance: % is off by %', NEW.entry_id, wrong.unit, wrong.difference
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balanced';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_is_balanced();
"""

APPEND_ONLY = """
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: corrections are further entries', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_append_only';
END $$;

CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger_posting
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
-- Of a lot only `remaining` changes; `ledger_lot.granted` and its dates are what was promised.
CREATE TRIGGER ledger_append_only BEFORE DELETE OR UPDATE OF
    id, merchant_id, account_id, entry_id, granted, expires_at, origin, granted_at ON ledger_lot
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
"""

# Balances change all the time: leave room in each page for the next version of the row.
ROOM = """
ALTER TABLE ledger_account SET (fillfactor = 70);
ALTER TABLE ledger_lot SET (fillfactor = 85);
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(
            BALANCED,
            "DROP TRIGGER ledger_entry_balanced ON ledger_posting; DROP FUNCTION ledger_entry_is_balanced();",
        ),
        migrations.RunSQL(
            APPEND_ONLY,
            "DROP TRIGGER ledger_append_only ON ledger_lot; DROP TRIGGER ledger_append_only ON ledger_posting;"
            "DROP TRIGGER ledger_append_only ON ledger_entry; DROP FUNCTION ledger_is_append_only();",
        ),
        migrations.RunSQL(
            ROOM, "ALTER TABLE ledger_account RESET (fillfactor); ALTER TABLE ledger_lot RESET (fillfactor);"
        ),
    ]
