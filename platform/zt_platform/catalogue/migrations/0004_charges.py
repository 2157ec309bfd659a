from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0003_special_ways'),
    ]

    operations = [
        migrations.AddField(
            model_name='itemversion',
            name='charges',
            field=models.JSONField(blank=True, db_default=models.Value([], output_field=models.JSONField()), default=list, help_text='what is charged, in fen: fees.Charge; empty where nothing is, or where only words say it'),
        ),
    ]
