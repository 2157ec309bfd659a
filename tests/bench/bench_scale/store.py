"""An invented supervision store of any size, made inside the database: records, steps, day counters and feeds.

Every open centre reports: a city's hall 45 times as much as a township's, in the proportions of the sources' figures. A
tenth of the counties' cases are decided by the city above and so lie in two ledgers. Eight in a hundred clocks run.
The day counters of the records' own thirty days are their sum, those of the year before are invented.
"""

from __future__ import annotations

from typing import Final

from django.db import connection

DAYS: Final = 30
WEIGHTS: Final = {"PROVINCE": 1000, "CITY": 900, "COUNTY": 200, "TOWNSHIP": 20}

_RECORDS = """
INSERT INTO supervision.case_record (id, centre_code, level, tracking_number, role, kind, item_code, item_name,
    department, status, result, instant, on_time, submitted_at, accepted_at, warning_at, due_at, red_at,
    statutory_due_at, decided_at, completed_at, stopped_at, last_step, last_occurred_at, last_sequence)
SELECT uuidv7(), code, level, number, CASE WHEN shared_case THEN 'ACCEPTING' ELSE 'SOLE' END,
    CASE WHEN instant THEN 'INSTANT' ELSE 'PROMISED' END, 'SC-' || lpad((mod(n, 60))::text, 3, '0'),
    (ARRAY['食品经营许可','公共场所卫生许可','建筑工程施工许可','户口迁移','道路运输经营许可'])[1 + mod(n, 5)],
    '市场监督管理局', CASE WHEN running THEN 'IN_REVIEW' ELSE 'COMPLETED' END,
    CASE WHEN running THEN '' WHEN mod(n, 40) = 0 THEN 'DENIED' ELSE 'GRANTED' END, instant AND NOT running,
    CASE WHEN running THEN NULL ELSE mod(n, 50) <> 0 END, accepted_at, accepted_at, due_at - interval '1 day', due_at,
    due_at + interval '3 days', due_at + interval '10 days', ended_at, ended_at, ended_at,
    CASE WHEN running THEN 'REVIEWED' ELSE 'COMPLETED' END, coalesce(ended_at, accepted_at), n
FROM (
    SELECT centre.code, centre.level, n, centre.code || '-B' || lpad(n::text, 7, '0') AS number, drawn.running,
        drawn.instant AND NOT drawn.running AS instant, centre.level = 'COUNTY' AND mod(n, 10) = 0 AS shared_case,
        drawn.accepted_at, drawn.accepted_at + drawn.days * interval '1 day' AS due_at,
        CASE WHEN drawn.running THEN NULL WHEN drawn.instant THEN drawn.accepted_at
            ELSE least(%(at)s, drawn.accepted_at + drawn.days * drawn.pace * interval '1 day') END AS ended_at
    FROM shared.tenants_centre AS centre
    CROSS JOIN LATERAL generate_series(1, greatest(1, (%(each)s::jsonb ->> centre.level)::int)) AS n
    CROSS JOIN LATERAL (SELECT random() < 0.08 AS running, random() < 0.75 AS instant, 3 + (mod(n, 12)) AS days,
        random() AS pace, %(at)s - random() * %(days)s * interval '1 day' AS accepted_at WHERE n > 0) AS drawn
    WHERE centre.closed_on IS NULL
) AS made
"""
_SECOND_LEDGERS = """
INSERT INTO supervision.case_record (id, centre_code, level, tracking_number, role, kind, item_code, item_name,
    department, status, result, instant, on_time, submitted_at, accepted_at, warning_at, due_at, red_at,
    statutory_due_at, decided_at, completed_at, stopped_at, last_step, last_occurred_at, last_sequence)
SELECT uuidv7(), upper.code, upper.level, tracking_number, 'DECIDING', kind, item_code, item_name, department, status,
    result, instant, on_time, submitted_at, accepted_at, warning_at, due_at, red_at, statutory_due_at, decided_at,
    completed_at, stopped_at, last_step, last_occurred_at, 10000000 + row_number() OVER ()
FROM supervision.case_record AS record
JOIN shared.tenants_centre AS centre ON centre.code = record.centre_code
JOIN shared.tenants_centre AS upper ON upper.id = centre.parent_id
WHERE record.role = 'ACCEPTING'
"""
_STEPS = """
INSERT INTO supervision.case_step (id, centre_code, sequence, message_id, tracking_number, step, status, role,
    department, actor_role, result, occurred_at, received_at)
SELECT uuidv7(), centre_code, last_sequence, uuidv7(), tracking_number, last_step, status, role, department,
    'WINDOW_CLERK', result, last_occurred_at, last_occurred_at FROM supervision.case_record
"""
_DAYS_OF_RECORDS = """
INSERT INTO supervision.centre_day (id, day, centre_code, submitted, accepted, completed, instant, on_time, late, granted,
    denied, decided, refused, withdrawn, handed_down)
SELECT uuidv7(), day, centre_code, sum(submitted), sum(accepted), sum(completed), sum(instant), sum(on_time), sum(late),
    sum(granted), sum(denied), sum(decided), 0, 0, 0
FROM (
    SELECT (accepted_at AT TIME ZONE 'Asia/Shanghai')::date AS day, centre_code, 1 AS submitted, 1 AS accepted,
        0 AS completed, 0 AS instant, 0 AS on_time, 0 AS late, 0 AS granted, 0 AS denied, 0 AS decided
    FROM supervision.case_record WHERE role <> 'DECIDING'
    UNION ALL
    SELECT (completed_at AT TIME ZONE 'Asia/Shanghai')::date, centre_code, 0, 0, 1, instant::int, on_time::int,
        (NOT on_time)::int, (result = 'GRANTED')::int, (result = 'DENIED')::int, 0
    FROM supervision.case_record WHERE role <> 'DECIDING' AND completed_at IS NOT NULL
    UNION ALL
    SELECT (decided_at AT TIME ZONE 'Asia/Shanghai')::date, centre_code, 0, 0, 0, 0, 0, 0, 0, 0, 1
    FROM supervision.case_record WHERE role <> 'ACCEPTING' AND decided_at IS NOT NULL
) AS counted GROUP BY 2, 3
"""
_DAYS_BEFORE = """
INSERT INTO supervision.centre_day (id, day, centre_code, submitted, accepted, completed, instant, on_time, late, granted,
    denied, decided, refused, withdrawn, handed_down)
SELECT uuidv7(), day::date, code, n, n, n, n * 3 / 4, n - n / 50, n / 50, n - n / 40, n / 40, n, 0, 0, 0
FROM shared.tenants_centre
CROSS JOIN LATERAL (SELECT greatest(1, (%(each)s::jsonb ->> level)::int / %(days)s) AS n) AS daily
CROSS JOIN generate_series(%(at)s::date - 400, %(at)s::date - %(days)s - 1, interval '1 day') AS day
WHERE closed_on IS NULL
ON CONFLICT DO NOTHING
"""
_FEEDS = """
INSERT INTO supervision.feed (id, source_code, destination_code, last_sequence, head_sequence, last_event_at,
    last_received_at, gaps, missing)
SELECT uuidv7(), centre_code, %(province)s, max(last_sequence), max(last_sequence), max(last_occurred_at),
    max(last_occurred_at) + interval '3 seconds', '[]', 0
FROM supervision.case_record GROUP BY centre_code
"""


def fill(records: int) -> dict[str, int]:
    """Empty the store and fill it with about so many case records; the number of rows of each table."""
    import json

    from zt_tenants.centres import province
    from zt_tenants.clock import now

    with connection.cursor() as cursor:
        cursor.execute("SELECT level, count(*) FROM shared.tenants_centre WHERE closed_on IS NULL GROUP BY level")
        centres = dict(cursor.fetchall())
        weight = sum(WEIGHTS[level] * count for level, count in centres.items())
        each = {level: max(1, round(records * WEIGHTS[level] / weight)) for level in centres}
        values = {"each": json.dumps(each), "at": now(), "days": DAYS, "province": province().code}
        cursor.execute(
            "TRUNCATE supervision.case_record, supervision.case_step, supervision.centre_day, supervision.feed"
        )
        cursor.execute("SELECT setseed(0.42)")
        for statement in (_RECORDS, _SECOND_LEDGERS, _STEPS, _DAYS_OF_RECORDS, _DAYS_BEFORE, _FEEDS):
            cursor.execute(statement, values)
        found = {}
        for table in ("case_record", "case_step", "centre_day", "feed"):
            cursor.execute(f"VACUUM (ANALYZE) supervision.{table}")
            cursor.execute(f"SELECT count(*) FROM supervision.{table}")
            found[table] = cursor.fetchone()[0]
    return found
