from django.db import migrations, models

CHOICES = [
    ('marketing', 'Marketing messages'), ('profiling', 'Personalised recommendations and marketing'),
    ('sharing', 'Sharing with another company'), ('sensitive', 'Sensitive data'),
    ('minor', "Guardian's consent for a child"), ('terms', 'Terms of use'), ('policy', 'Privacy policy'),
]


class Migration(migrations.Migration):

    dependencies = [
        ('privacy', '0002_newest_consent'),
    ]

    operations = [
        migrations.AlterField(
            model_name='consent',
            name='purpose',
            field=models.CharField(choices=CHOICES, max_length=20),
        ),
        migrations.AlterField(
            model_name='consenttext',
            name='purpose',
            field=models.CharField(choices=CHOICES, max_length=20),
        ),
        migrations.AddField(
            model_name='consenttext',
            name='text_en',
            field=models.TextField(blank=True, default='', max_length=20000),
        ),
    ]
