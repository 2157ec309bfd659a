"""Two narrow indexes of the queue, built while it is in use; 0007 drops the five wide ones they stand for."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('interop_queue', '0005_in_flight'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='outboxmessage',
            index=models.Index(fields=['subject'], name='outbox_subject', opclasses=['varchar_pattern_ops']),
        ),
        AddIndexConcurrently(
            model_name='outboxmessage',
            index=models.Index(condition=models.Q(('state', 'REFUSED')), fields=['event_id'], name='outbox_refused_event'),
        ),
    ]
