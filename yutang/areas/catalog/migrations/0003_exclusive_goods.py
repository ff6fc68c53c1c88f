import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0002_inner_initials'),
        ('merchants', '0005_local_delivery'),
    ]

    operations = [
        migrations.AddField(
            model_name='product',
            name='only_levels',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='product',
            name='only_cards',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(condition=models.Q(('only_levels', []), _negated=True), fields=['merchant', 'state'], name='product_of_levels'),
        ),
    ]
