from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0012_till_perks'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderitem',
            name='gift_coupon_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name='orderitem',
            constraint=models.CheckConstraint(condition=models.Q(('gift_coupon_id__isnull', True), ('amount', 0), _connector='OR'), name='order_item_gift'),
        ),
    ]
