from django.db import migrations

# Takes from every pool or from none. A function, so that both statements go in one round trip, and others wait for the
# lock no longer than until our commit arrives. Each of its statements sees what was committed when its turn came (READ
# COMMITTED): the second one what happened while the first one waited.
RESERVE = """
CREATE FUNCTION reservations_reserve(
  for_merchant bigint, pools bigint[], quantities bigint[], with_key text, holder text, until timestamptz,
  at timestamptz
) RETURNS TABLE (held_id bigint, held_pool bigint, held_quantity bigint, was_taken boolean) LANGUAGE plpgsql AS $$
BEGIN
  -- NO KEY: reservations being inserted by others need not wait for us because of their foreign key.
  PERFORM 1 FROM reservations_pool WHERE merchant_id = for_merchant AND id = ANY(pools) ORDER BY id FOR NO KEY UPDATE;
  RETURN QUERY
  WITH want AS (
    SELECT * FROM unnest(pools, quantities) AS w(pool_id, quantity)
  ), fits AS (
    SELECT count(p.id) = count(*) AND bool_and(p.capacity - p.reserved - p.confirmed >= want.quantity) AS all_of_it
      FROM want LEFT JOIN reservations_pool p ON p.id = want.pool_id AND p.merchant_id = for_merchant
  ), held AS (
    INSERT INTO reservations_reservation
           (merchant_id, pool_id, idempotency_key, holder_key, quantity, returned, state, expires_at, created_at)
    SELECT for_merchant, want.pool_id, with_key, holder, want.quantity, 0, 'reserved', until, at
      FROM want, fits
     WHERE fits.all_of_it AND NOT EXISTS (SELECT FROM reservations_reservation r
                                           WHERE r.merchant_id = for_merchant AND r.idempotency_key = with_key)
     ORDER BY want.pool_id
    RETURNING id, pool_id, quantity
  ), taken AS (
    UPDATE reservations_pool p SET reserved = p.reserved + held.quantity FROM held
     WHERE p.id = held.pool_id AND p.capacity - p.reserved - p.confirmed >= held.quantity
    RETURNING p.id
  )
  SELECT held.id, held.pool_id, held.quantity, taken.id IS NOT NULL
    FROM held LEFT JOIN taken ON taken.id = held.pool_id ORDER BY held.pool_id;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("reservations", "0001_initial")]

    operations = [migrations.RunSQL(RESERVE, "DROP FUNCTION reservations_reserve;")]
