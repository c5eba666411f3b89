"""What runs in the background, and when. Tasks carry no state: each does what is due in the database, and beat finds it again."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab

SCHEDULE: dict[str, dict[str, Any]] = {
    "deliver messages": {"task": "clinic.tasks.deliver", "schedule": timedelta(seconds=20), "options": {"expires": 20}},
    "rescue messages": {"task": "clinic.tasks.rescue", "schedule": timedelta(minutes=2), "options": {"expires": 60}},
    "write exports": {
        "task": "clinic.tasks.write_exports",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "escalate alerts": {"task": "clinic.tasks.escalate", "schedule": timedelta(minutes=1), "options": {"expires": 60}},
    "gather what belongs to merged patients": {
        "task": "clinic.tasks.gather",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "expire holds": {
        "task": "booking.tasks.expire_holds",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "judge checks that were left": {
        "task": "intake.tasks.leave_silent",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 300},
    },
    "ask to finish": {"task": "intake.tasks.ask_unfinished", "schedule": crontab(minute="5")},
    "plan what follows": {"task": "booking.tasks.plan_follow_ups", "schedule": crontab(minute="20")},
    "read own calendars": {"task": "booking.tasks.read_own_calendars", "schedule": crontab(minute="*/5")},
    "plan reminders": {"task": "booking.tasks.plan_reminders", "schedule": crontab(minute="35")},
    "forget sessions": {"task": "clinic.tasks.forget_sessions", "schedule": crontab(hour="9", minute="50")},
    # 9:20 UTC is night from New York to Honolulu.
    "look over the diary": {"task": "booking.tasks.recheck", "schedule": crontab(hour="9", minute="20")},
}
