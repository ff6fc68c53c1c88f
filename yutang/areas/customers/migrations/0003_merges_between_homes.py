import django.db.models.deletion
from django.db import migrations, models

CUSTOMER = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": "customers.customer"}
# Row-level security hides all rows from a migration, which has no merchant; post_migrate forces it again.
FILL = """
ALTER TABLE customers_merge NO FORCE ROW LEVEL SECURITY;
UPDATE customers_merge SET survivor_home_id = survivor_id, absorbed_home_id = absorbed_id,
    by_hand = NOT jsonb_path_exists(evidence, '$[*].source');
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):

    dependencies = [("customers", "0002_wide_writes")]

    operations = [
        migrations.AddField("merge", "survivor_home", models.ForeignKey(db_index=False, null=True, **CUSTOMER)),
        migrations.AddField("merge", "absorbed_home", models.ForeignKey(db_index=False, null=True, **CUSTOMER)),
        migrations.AddField("merge", "by_hand", models.BooleanField(default=True), preserve_default=False),
        migrations.AddField("merge", "kept_apart", models.BooleanField(default=False)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("merge", "survivor_home", models.ForeignKey(db_index=False, **CUSTOMER)),
        migrations.AlterField("merge", "absorbed_home", models.ForeignKey(db_index=False, **CUSTOMER)),
        migrations.AlterField("merge", "survivor", models.ForeignKey(db_index=False, null=True, **CUSTOMER)),
        migrations.AlterField("merge", "absorbed", models.ForeignKey(db_index=False, null=True, **CUSTOMER)),
        migrations.RemoveConstraint("merge", "merge_not_self"),
        migrations.AddConstraint(
            "merge",
            models.CheckConstraint(
                condition=models.Q(("survivor_home", models.F("absorbed_home")), _negated=True), name="merge_not_self"
            ),
        ),
        migrations.AddIndex(
            "merge", models.Index(fields=["merchant", "survivor_home"], name="merge_by_survivor_home")
        ),
        migrations.AddIndex(
            "merge", models.Index(fields=["merchant", "absorbed_home"], name="merge_by_absorbed_home")
        ),
    ]
