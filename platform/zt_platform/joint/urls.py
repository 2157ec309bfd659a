"""URLs of joint handling, below a centre's ``joint/``."""

from __future__ import annotations

from django.urls import path

from zt_platform.joint.views import case_doors, meetings, register_page, tasks

app_name = "joint"

urlpatterns = [
    path("", tasks.desk, name="desk"),
    path("register/", register_page.page, name="register"),
    path("cases/<int:case_id>/open/", case_doors.open_handling, name="open"),
    path("cases/<int:case_id>/ask/", case_doors.ask, name="ask"),
    path("cases/<int:case_id>/units/", case_doors.units, name="units"),
    path("cases/<int:case_id>/coordinate/", case_doors.coordinate, name="coordinate"),
    path("cases/<int:case_id>/meet/", meetings.convene, name="convene"),
    path("cases/<int:case_id>/meetings/<slug:meeting_id>/", meetings.close, name="close-meeting"),
    path("cases/<int:case_id>/meetings/<slug:meeting_id>/cancel/", meetings.cancel, name="cancel-meeting"),
    path("<uuid:task_id>/", tasks.task, name="task"),
    path("<uuid:task_id>/paper/", tasks.paper, name="paper"),
    path("<uuid:task_id>/<slug:act>/", tasks.act, name="act"),
]
