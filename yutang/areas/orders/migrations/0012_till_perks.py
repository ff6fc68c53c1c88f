from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0011_invoices'),
    ]

    operations = [
        migrations.AddField(
            model_name='tillbasket',
            name='coupons',
            field=models.CharField(blank=True, db_default='auto', default='auto', max_length=120),
        ),
        migrations.AddField(
            model_name='tillbasket',
            name='shown_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='tillbasket',
            name='uses_points',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
